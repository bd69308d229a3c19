select
    events.ticket_key,
    events.occurred_at,
    events.actor_agent_key as agent_key,
    {{ actor_kind() }} as actor_kind,
    row_number() over (
        partition by events.ticket_key
        order by {{ event_order('events') }}
    ) as message_number
from {{ ref('stg_ticket_events') }} as events
{{ join_actors() }}
where events.event_type = 'message' and coalesce(events.is_public, true)
