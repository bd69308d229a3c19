{#- What a window decides. A case is settled once its window has elapsed at the as-of instant. -#}
{% set windowed = ['reopen_rate', 'first_contact_resolution_rate', 'repeat_contact_rate'] %}
with parameters as (
    select
        {% for kpi in windowed %}
        60 * max(case when kpi = '{{ kpi }}' then settle_window_hours end) as {{ kpi }}_minutes,
        {% endfor %}
        max(case when kpi = 'abandonment_rate' then threshold_seconds end) as short_abandonment_seconds,
        max(case when kpi = 'service_level' then threshold_seconds end) as service_level_seconds
    from {{ ref('kpis') }}
),

gaps as (
    select
        tickets.ticket_key,
        tickets.queued_at is not null as is_queued,
        tickets.abandoned_at is not null and tickets.answered_at is null as is_abandoned,
        tickets.agent_message_count,
        tickets.transfer_count,
        tickets.is_escalated,
        {{ minutes_between('tickets.queued_at', 'tickets.abandoned_at') }} * 60 as abandoned_after_seconds,
        {{ minutes_between('tickets.queued_at', 'tickets.answered_at') }} * 60 as answered_after_seconds,
        {# A snapshot counts reopenings without telling when they were: they are taken to be in time. #}
        case
            when tickets.first_reopened_at is null and tickets.first_solved_at is not null and tickets.reopens > 0 then 0
            else {{ minutes_between('tickets.first_solved_at', 'tickets.first_reopened_at') }}
        end as reopened_after_minutes,
        {{ minutes_between('tickets.created_at', 'followed.next_created_at') }} as followed_after_minutes,
        {{ minutes_between('tickets.first_solved_at', 'followed.next_created_after_solve_at') }} as asked_again_after_minutes,
        {{ minutes_between('tickets.created_at', 'as_of.as_of') }} as age_minutes,
        {{ minutes_between('tickets.first_solved_at', 'as_of.as_of') }} as solved_since_minutes
    from {{ ref('int_tickets_combined') }} as tickets
    cross join {{ ref('int_as_of') }} as as_of
    left join {{ ref('int_tickets_followed') }} as followed on tickets.ticket_key = followed.ticket_key
),

judged as (
    select
        gaps.*,
        coalesce(
            gaps.is_queued
            and not (gaps.is_abandoned and gaps.abandoned_after_seconds <= parameters.short_abandonment_seconds),
            false
        ) as is_live_offered,
        gaps.answered_after_seconds <= parameters.service_level_seconds as is_answered_in_time,
        coalesce(gaps.solved_since_minutes >= parameters.reopen_rate_minutes, false) as is_reopen_settled,
        coalesce(gaps.reopened_after_minutes <= parameters.reopen_rate_minutes, false) as is_reopened_in_window,
        coalesce(gaps.age_minutes >= parameters.repeat_contact_rate_minutes, false) as is_repeat_settled,
        coalesce(gaps.followed_after_minutes <= parameters.repeat_contact_rate_minutes, false) as is_followed_by_repeat,
        coalesce(gaps.solved_since_minutes >= parameters.first_contact_resolution_rate_minutes, false)
            as is_first_contact_settled,
        gaps.reopened_after_minutes <= parameters.first_contact_resolution_rate_minutes as is_reopened_soon,
        gaps.asked_again_after_minutes <= parameters.first_contact_resolution_rate_minutes as is_asked_again_soon
    from gaps
    cross join parameters
)

select
    ticket_key,
    is_live_offered,
    is_live_offered and is_abandoned as is_live_abandoned,
    coalesce(is_live_offered and is_answered_in_time, false) as is_live_answered_in_threshold,
    is_reopen_settled,
    is_reopened_in_window,
    is_repeat_settled,
    is_followed_by_repeat,
    is_first_contact_settled,
    {# Where the source leaves one condition open there is no verdict: only the failures would be known. #}
    case
        when
            is_first_contact_settled
            and agent_message_count is not null and transfer_count is not null and is_escalated is not null
            then
                agent_message_count <= 1
                and transfer_count = 0
                and not is_escalated
                and not coalesce(is_reopened_soon, false)
                and not coalesce(is_asked_again_soon, false)
    end as is_first_contact_resolution
from judged
