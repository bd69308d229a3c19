with changes as (
    select
        *,
        status in ('solved', 'closed') as is_solved,
        previous_value in ('solved', 'closed') as was_solved
    from {{ ref('int_ticket_states') }}
    where change = 'status_changed' and status <> previous_value
)

select
    ticket_key,
    min(started_at) filter (where is_solved and not was_solved) as first_solved_at,
    max(started_at) filter (where is_solved and not was_solved) as last_solved_at,
    min(started_at) filter (where was_solved and not is_solved) as first_reopened_at,
    max(started_at) filter (where status = 'closed') as closed_at,
    count(*) filter (where was_solved and not is_solved) as reopen_count,
    min_by(coalesce(changed_by_agent_key, 'nobody'), state_number) filter (where is_solved and not was_solved)
        as solving_agent_key,
    min_by(assignee_key, state_number) filter (where is_solved and not was_solved) as assignee_when_solved_key
from changes
group by ticket_key
