select
    events.ticket_event_key,
    events.ticket_key,
    events.source,
    events.occurred_at,
    events.event_type,
    coalesce(events.actor_type, 'unknown') as actor_type,
    case when events.actor_type in ('agent', 'bot') then coalesce(events.actor_agent_key, 'unknown') end as agent_key,
    coalesce(events.actor_type = 'agent', false) and not coalesce(agents.is_bot, false) as is_human_agent,
    coalesce(events.is_public, events.event_type = 'message') as is_public,
    events.from_value,
    events.to_value,
    case when events.event_type = 'status_changed' then coalesce(statuses.canonical_status, 'unmapped') end as status,
    events.source_position,
    events.source_mapping
from {{ ref('stg_ticket_events') }} as events
left join {{ ref('dim_agent') }} as agents on events.actor_agent_key = agents.agent_key
left join {{ ref('statuses') }} as statuses on lower(events.to_value) = statuses.status
