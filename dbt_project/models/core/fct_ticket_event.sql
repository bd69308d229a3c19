select
    events.ticket_event_key,
    events.ticket_key,
    events.source,
    events.occurred_at,
    events.event_type,
    {{ actor_kind() }} as actor_type,
    case when {{ actor_kind() }} in ('agent', 'bot') then coalesce(events.actor_agent_key, 'unknown') end as agent_key,
    {{ actor_kind() }} = 'agent' as is_human_agent,
    coalesce(events.is_public, events.event_type = 'message') as is_public,
    events.from_value,
    events.to_value,
    case when events.event_type = 'status_changed' then coalesce(statuses.canonical_status, 'unmapped') end as status,
    events.source_position,
    events.source_mapping
from {{ ref('stg_ticket_events') }} as events
{{ join_actors() }}
left join {{ ref('statuses') }} as statuses on lower(events.to_value) = statuses.status
