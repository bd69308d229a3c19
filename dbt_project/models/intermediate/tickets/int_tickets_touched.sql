select
    ticket_key,
    max(occurred_at) as last_event_at,
    count(*) filter (where event_type = 'escalated') > 0 as is_escalated_explicitly
from {{ ref('stg_ticket_events') }}
group by ticket_key
