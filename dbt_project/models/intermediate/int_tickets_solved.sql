select
    ticket_key,
    min(occurred_at) filter (where is_solved and not was_solved) as first_solved_at,
    max(occurred_at) filter (where is_solved and not was_solved) as last_solved_at,
    min(occurred_at) filter (where was_solved and not is_solved) as first_reopened_at,
    max(occurred_at) filter (where status = 'closed') as closed_at,
    count(*) filter (where was_solved and not is_solved) as reopen_count
from {{ ref('int_status_changes_ordered') }}
group by ticket_key
