{#- What events tell of a ticket outranks its snapshot, aspect by aspect; the snapshot serves where they are silent. -#}
with tickets as (
    select * from {{ ref('int_tickets_united') }}
),

told as (
    select
        tickets.*,
        coalesce(tickets.opened_by = 'agent', false) as is_opened_by_agent,
        answered.ticket_key is not null as has_messages,
        answered.waiting_since,
        answered.first_agent_message_at,
        answered.first_agent_key,
        answered.first_agent_message_after_customer_at,
        answered.first_agent_after_customer_key,
        answered.first_bot_message_at,
        answered.agent_message_count as messages_counted,
        solved.ticket_key is not null as has_status_history,
        solved.first_solved_at as first_solve_told_at,
        solved.last_solved_at as last_solve_told_at,
        solved.closed_at as close_told_at,
        solved.first_reopened_at,
        solved.reopen_count as reopens_told,
        solved.solving_agent_key,
        solved.assignee_when_solved_key,
        moved.first_assigned_at,
        case when sources.source is not null then coalesce(moved.transfer_count, 0) end as transfer_count,
        case
            when sources.source is not null
                then
                    coalesce(moved.is_moved_to_higher_tier, false) or coalesce(touched.is_escalated_explicitly, false)
        end as is_escalated,
        coalesce(sources.tells_messages, false) as tells_messages,
        touched.last_event_at,
        statuses.canonical_status,
        not coalesce(tickets.is_spam or tickets.is_deleted or tickets.merged_into_ticket_key is not null, false) as is_counted
    from tickets
    left join {{ ref('int_sources_told') }} as sources on tickets.source = sources.source
    left join {{ ref('int_tickets_answered') }} as answered on tickets.ticket_key = answered.ticket_key
    left join {{ ref('int_tickets_solved') }} as solved on tickets.ticket_key = solved.ticket_key
    left join {{ ref('int_tickets_moved') }} as moved on tickets.ticket_key = moved.ticket_key
    left join {{ ref('int_tickets_touched') }} as touched on tickets.ticket_key = touched.ticket_key
    left join {{ ref('statuses') }} as statuses on lower(tickets.status) = statuses.status
),

resolved as (
    select
        * except (first_response_at, first_solved_at, solved_at, closed_at, is_spam, is_deleted),
        coalesce(is_spam, false) as is_spam,
        coalesce(is_deleted, false) as is_deleted,
        coalesce(canonical_status in ('solved', 'closed'), solved_at is not null) as is_solved,
        case when is_opened_by_agent then waiting_since else created_at end as response_due_from_at,
        case
            when not has_messages then first_response_at
            when is_opened_by_agent then first_agent_message_after_customer_at
            else first_agent_message_at
        end as answered_first_at,
        case
            when has_messages and is_opened_by_agent then first_agent_after_customer_key
            when has_messages then first_agent_key
        end as answering_agent_key,
        case when has_status_history then first_solve_told_at else coalesce(first_solved_at, solved_at, closed_at) end
            as first_solved_at,
        case when has_status_history then last_solve_told_at else coalesce(solved_at, closed_at, first_solved_at) end
            as solved_last_at,
        coalesce(close_told_at, closed_at) as closed_at
    from told
)

select
    {# What only serves to tell the rest is not handed on: a million rows are dear to write. #}
    * except (
        priority, category, has_messages, waiting_since, first_agent_message_at, first_agent_key,
        first_agent_message_after_customer_at, first_agent_after_customer_key, first_solve_told_at, last_solve_told_at,
        close_told_at, reopens_told, messages_counted, answered_first_at, answering_agent_key, solved_last_at,
        agent_reply_count, reopen_count
    ),
    case when answered_first_at >= response_due_from_at then answered_first_at end as first_response_at,
    case when answered_first_at >= response_due_from_at then answering_agent_key end as first_response_agent_key,
    case when is_solved then solved_last_at end as last_solved_at,
    case
        when has_messages then messages_counted
        when tells_messages then coalesce(agent_reply_count, 0)
        else agent_reply_count
    end as agent_message_count,
    case when has_status_history then reopens_told else reopen_count end as reopens
from resolved
