select
    ticket_key,
    started_at as occurred_at,
    cast(state_number as bigint) as state_number,
    previous_value as previous_status,
    status,
    previous_value in ('solved', 'closed') as was_solved,
    status in ('solved', 'closed') as is_solved
from {{ ref('int_ticket_states') }}
where change = 'status_changed' and status <> previous_value
