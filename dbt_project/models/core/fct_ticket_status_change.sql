select
    ticket_key,
    occurred_at,
    previous_status,
    status,
    was_solved,
    is_solved
from {{ ref('int_status_changes_ordered') }}
