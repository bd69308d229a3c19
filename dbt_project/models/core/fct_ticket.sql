{% set durations = ['first_response', 'bot_first_response', 'queue_wait', 'first_resolution', 'full_resolution'] %}
{% set waits = {
    'requester_wait': "status in ('new', 'open', 'on_hold')",
    'agent_wait': "status = 'pending'",
    'on_hold': "status = 'on_hold'",
} %}
with waited as (
    select
        ticket_key,
        {% for wait, condition in waits.items() %}
        {{ exact_sum('case when ' ~ condition ~ ' then calendar_minutes else 0 end') }} as {{ wait }}_minutes,
        {{ exact_sum('case when ' ~ condition ~ ' then business_minutes else 0 end') }} as {{ wait }}_business_minutes,
        {% endfor %}
        {{ exact_sum("case when status = 'open' and is_assigned_to_human then calendar_minutes else 0 end") }}
            as open_assigned_minutes
    from {{ ref('fct_ticket_span') }}
    group by ticket_key
),

replied as (
    select
        ticket_key,
        {{ exact_mean('reply_minutes') }} as next_response_minutes,
        {{ exact_mean('reply_business_minutes') }} as next_response_business_minutes,
        count(*) as next_response_count
    from {{ ref('int_replies_timed') }}
    group by ticket_key
),

tickets as (
    select
        *,
        case
            when coalesce(talk_seconds, hold_seconds, wrap_up_seconds) is not null
                then (coalesce(talk_seconds, 0) + coalesce(hold_seconds, 0) + coalesce(wrap_up_seconds, 0)) / 60
        end as reported_minutes
    from {{ ref('int_tickets_combined') }}
)

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
    timed.schedule,
    combined.language,
    coalesce(combined.opened_by, 'unknown') as opened_by,
    combined.is_spam,
    combined.is_deleted,
    combined.merged_into_ticket_key is not null as is_merged,
    combined.is_counted,
    case
        when combined.is_spam then 'spam'
        when combined.is_deleted then 'deleted'
        when combined.merged_into_ticket_key is not null then 'merged'
    end as left_out_reason,
    combined.has_status_history,
    combined.is_solved,
    combined.created_at,
    {{ reporting_date('combined.created_at') }} as created_on,
    combined.first_assigned_at,
    combined.first_assigned_at is not null as is_assigned,
    combined.response_due_from_at,
    combined.first_response_at,
    combined.first_response_agent_key,
    combined.tells_messages and combined.response_due_from_at is not null and combined.first_response_at is null
        as is_unanswered,
    combined.first_solved_at,
    {{ reporting_date('combined.first_solved_at') }} as first_solved_on,
    combined.last_solved_at,
    combined.first_reopened_at,
    combined.closed_at,
    combined.last_event_at,
    combined.queued_at,
    combined.answered_at,
    combined.abandoned_at,
    case
        when combined.first_solved_at is null then null
        when coalesce(combined.solving_agent_key, 'nobody') <> 'nobody' and not coalesce(solving_agents.is_bot, false)
            then combined.solving_agent_key
        when combined.has_status_history then combined.assignee_when_solved_key
        else coalesce(combined.assignee_key, 'unknown')
    end as solved_by_agent_key,
    {% for duration in durations %}
    timed.{{ duration }}_minutes,
    timed.{{ duration }}_business_minutes,
    {% endfor %}
    replied.next_response_minutes,
    replied.next_response_business_minutes,
    cast(coalesce(replied.next_response_count, 0) as bigint) as next_response_count,
    coalesce(combined.reported_minutes, waited.open_assigned_minutes) as handle_minutes,
    case
        when combined.reported_minutes is not null then 'reported'
        when waited.open_assigned_minutes is not null then 'open_and_assigned'
    end as handle_basis,
    {% for wait in waits %}
    waited.{{ wait }}_minutes,
    waited.{{ wait }}_business_minutes,
    {% endfor %}
    cast(combined.agent_message_count as bigint) as agent_message_count,
    combined.first_solved_at is not null and coalesce(combined.agent_message_count = 1, false) as is_one_touch,
    cast(combined.transfer_count as bigint) as transfer_count,
    combined.transfer_count > 0 as is_transferred,
    combined.is_escalated,
    cast(coalesce(combined.reopens, 0) as bigint) as reopen_count,
    judged.is_reopen_settled,
    judged.is_reopened_in_window,
    judged.is_first_contact_settled,
    judged.is_first_contact_resolution,
    judged.is_repeat_settled,
    judged.is_followed_by_repeat,
    judged.is_live_offered,
    judged.is_live_abandoned,
    judged.is_live_answered_in_threshold,
    combined.talk_seconds,
    combined.hold_seconds,
    combined.wrap_up_seconds
from tickets as combined
inner join {{ ref('int_tickets_described') }} as described on combined.ticket_key = described.ticket_key
inner join {{ ref('int_tickets_timed') }} as timed on combined.ticket_key = timed.ticket_key
inner join {{ ref('int_tickets_judged') }} as judged on combined.ticket_key = judged.ticket_key
left join {{ ref('int_agent_versions') }} as solving_agents
    on
        combined.solving_agent_key = solving_agents.agent_key
        and combined.first_solved_at >= solving_agents.valid_from
        and combined.first_solved_at < solving_agents.valid_to
left join waited on combined.ticket_key = waited.ticket_key
left join replied on combined.ticket_key = replied.ticket_key
