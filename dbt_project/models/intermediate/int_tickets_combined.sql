{#- What events tell of a ticket outranks its snapshot, aspect by aspect; the snapshot serves where they are silent. -#}
with tickets as (
    select * from {{ ref('int_tickets_united') }}
),

answered as (
    select * from {{ ref('int_tickets_answered') }}
),

solved as (
    select * from {{ ref('int_tickets_solved') }}
)

select
    tickets.*,
    statuses.canonical_status,
    case
        when not coalesce(tickets.opened_by = 'agent', false) then tickets.created_at
        else answered.waiting_since
    end as response_due_from_at,
    case
        when answered.ticket_key is null then tickets.first_response_at
        when coalesce(tickets.opened_by = 'agent', false) then answered.first_agent_message_after_customer_at
        else answered.first_agent_message_at
    end as answered_first_at,
    answered.first_bot_message_at,
    case when answered.ticket_key is null then tickets.agent_reply_count else answered.agent_message_count end
        as agent_message_count,
    solved.ticket_key is not null as has_status_history,
    coalesce(statuses.canonical_status in ('solved', 'closed'), tickets.solved_at is not null) as is_solved,
    case
        when solved.ticket_key is not null then solved.first_solved_at
        else coalesce(tickets.first_solved_at, tickets.solved_at, tickets.closed_at)
    end as solved_first_at,
    case
        when solved.ticket_key is not null then solved.last_solved_at
        else coalesce(tickets.solved_at, tickets.closed_at, tickets.first_solved_at)
    end as solved_last_at,
    solved.first_reopened_at,
    case when solved.ticket_key is not null then solved.reopen_count else tickets.reopen_count end as reopens,
    coalesce(solved.closed_at, tickets.closed_at) as closed_last_at
from tickets
left join answered on tickets.ticket_key = answered.ticket_key
left join solved on tickets.ticket_key = solved.ticket_key
left join {{ ref('statuses') }} as statuses on lower(tickets.status) = statuses.status
