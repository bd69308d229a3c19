select
    combined.ticket_key,
    combined.source,
    combined.ticket_id,
    coalesce(combined.customer_key, 'unknown') as customer_key,
    coalesce(combined.team_key, 'unknown') as team_key,
    coalesce(combined.assignee_key, 'unknown') as assignee_key,
    combined.parent_ticket_key,
    combined.merged_into_ticket_key,
    described.channel,
    coalesce(combined.canonical_status, 'unmapped') as status,
    combined.status as source_status,
    described.priority,
    described.category,
    described.product,
    described.segment,
    described.team,
    combined.language,
    coalesce(combined.opened_by, 'unknown') as opened_by,
    coalesce(combined.is_spam, false) as is_spam,
    coalesce(combined.is_deleted, false) as is_deleted,
    combined.merged_into_ticket_key is not null as is_merged,
    not (
        coalesce(combined.is_spam, false)
        or coalesce(combined.is_deleted, false)
        or combined.merged_into_ticket_key is not null
    ) as is_counted,
    combined.has_status_history,
    combined.is_solved,
    combined.created_at,
    {{ reporting_date('combined.created_at') }} as created_on,
    case when combined.answered_first_at >= combined.response_due_from_at then combined.answered_first_at end
        as first_response_at,
    combined.solved_first_at as first_solved_at,
    {{ reporting_date('combined.solved_first_at') }} as first_solved_on,
    case when combined.is_solved then combined.solved_last_at end as last_solved_at,
    combined.first_reopened_at,
    combined.closed_last_at as closed_at,
    combined.queued_at,
    combined.answered_at,
    combined.abandoned_at,
    case
        when combined.answered_first_at >= combined.response_due_from_at
            then {{ minutes_between('combined.response_due_from_at', 'combined.answered_first_at') }}
    end as first_response_minutes,
    {{ minutes_between('combined.created_at', 'combined.first_bot_message_at') }} as bot_first_response_minutes,
    case
        when combined.abandoned_at is null then {{ minutes_between('combined.queued_at', 'combined.answered_at') }}
    end as queue_wait_minutes,
    {{ minutes_between('combined.created_at', 'combined.solved_first_at') }} as first_resolution_minutes,
    case
        when combined.is_solved then {{ minutes_between('combined.created_at', 'combined.solved_last_at') }}
    end as full_resolution_minutes,
    cast(coalesce(combined.reopens, 0) as bigint) as reopen_count,
    coalesce(
        {{ minutes_between('combined.solved_first_at', 'as_of.as_of') }} >= 60 * reopen_window.settle_window_hours,
        false
    ) as is_reopen_settled,
    coalesce(
        combined.reopens > 0
        and {{ minutes_between('combined.solved_first_at', 'coalesce(combined.first_reopened_at, combined.solved_first_at)') }}
            <= 60 * reopen_window.settle_window_hours,
        false
    ) as is_reopened_in_window,
    cast(combined.agent_message_count as bigint) as agent_message_count,
    combined.talk_seconds,
    combined.hold_seconds,
    combined.wrap_up_seconds
from {{ ref('int_tickets_combined') }} as combined
cross join {{ ref('int_as_of') }} as as_of
inner join {{ ref('kpis') }} as reopen_window on reopen_window.kpi = 'reopen_rate'
inner join {{ ref('int_tickets_described') }} as described on combined.ticket_key = described.ticket_key
