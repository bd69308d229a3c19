with as_of as (
    select * from {{ ref('int_as_of') }}
),

spans as (
    select
        states.ticket_key,
        states.state_number as span_number,
        states.status,
        states.priority,
        states.team_key,
        states.assignee_key,
        states.started_at,
        states.ended_at is null and not tickets.is_solved as is_open,
        case when states.ended_at is null and not tickets.is_solved then as_of.as_of else states.ended_at end
            as counted_until_at,
        states.ended_at,
        tickets.schedule
    from {{ ref('int_ticket_states') }} as states
    inner join {{ ref('int_tickets_timed') }} as tickets on states.ticket_key = tickets.ticket_key
    cross join as_of
    where
        states.has_status_history
        and coalesce(states.started_at < states.ended_at, true)
)

select
    spans.ticket_key,
    cast(spans.span_number as bigint) as span_number,
    spans.started_at,
    spans.ended_at,
    spans.status,
    spans.priority,
    spans.team_key,
    coalesce(teams.team, 'unknown') as team,
    spans.assignee_key,
    coalesce(spans.assignee_key <> 'unknown' and not coalesce(assignees.is_bot, false), false) as is_assigned_to_human,
    spans.is_open,
    greatest(0, {{ minutes_between('spans.started_at', 'spans.counted_until_at') }}) as calendar_minutes,
    greatest(
        0,
        {{ business_minutes_between(
            business_clock('spans.started_at', 'start_days'), business_clock('spans.counted_until_at', 'end_days')
        ) }}
    ) as business_minutes
from spans
left join {{ ref('int_business_days') }} as start_days
    on {{ on_business_day('spans.schedule', 'spans.started_at', 'start_days') }}
left join {{ ref('int_business_days') }} as end_days
    on {{ on_business_day('spans.schedule', 'spans.counted_until_at', 'end_days') }}
left join {{ ref('dim_team') }} as teams on spans.team_key = teams.team_key
left join {{ ref('int_agent_versions') }} as assignees
    on
        spans.assignee_key = assignees.agent_key
        and spans.started_at >= assignees.valid_from
        and spans.started_at < assignees.valid_to
