{% set terms = ref('int_sla_policies_unfolded') %}
with due as (
    select
        measured.*,
        at_start.policy,
        in_force.policy as policy_in_force,
        in_force.is_business,
        in_force.target_microseconds,
        greatest(deciding.target_microseconds, measured.elapsed_before_microseconds) as elapsed_when_due_microseconds,
        case
            -- used up by a change of terms: due at the change
            when deciding.target_microseconds <= measured.elapsed_before_microseconds then measured.decided_from_at
            when deciding.is_business then {{ instant_at_business_clock('measured.due_clock', 'hours') }}
            else {{ instant_at_calendar_clock('measured.due_clock') }}
        end as due_at
    from {{ ref('int_sla_targets_measured') }} as measured
    {% for name, position in [('at_start', 'first'), ('in_force', 'last'), ('deciding', 'deciding')] %}
    inner join {{ terms }} as {{ name }}
        on measured.{{ position }}_position = {{ name }}.policy_position and measured.target_kind = {{ name }}.target_kind
    {% endfor %}
    left join {{ ref('int_business_hours') }} as hours
        on deciding.is_business and {{ on_business_hour('measured.schedule', 'measured.due_clock', 'hours') }}
),

judged as (
    select
        due.*,
        case
            when due.due_at < due.fulfilled_at or (due.fulfilled_at is null and due.due_at <= as_of.as_of) then 'breached'
            when due.fulfilled_at is null then 'active'
            else 'met'
        end as status
    from due
    cross join {{ ref('int_as_of') }} as as_of
)

select
    judged.ticket_key || ':' || judged.target_kind || ':' || judged.target_number as sla_target_key,
    judged.ticket_key,
    judged.target_kind,
    judged.target_number,
    judged.policy,
    judged.policy_in_force,
    judged.schedule,
    judged.started_at,
    {{ reporting_date('judged.started_at') }} as started_on,
    case when judged.status <> 'active' or judged.is_running then judged.due_at end as due_at,
    judged.fulfilled_at,
    case when judged.status = 'breached' then judged.due_at end as breached_at,
    judged.status,
    judged.fulfilled_at is null and not judged.is_running as is_paused,
    judged.is_business,
    judged.retarget_count,
    cast(judged.target_microseconds as double) / 60000000 as target_minutes,
    cast(judged.elapsed_microseconds as double) / 60000000 as elapsed_minutes,
    cast(
        case when judged.status = 'breached' then judged.elapsed_when_due_microseconds else judged.target_microseconds end
        - judged.elapsed_microseconds as double
    ) / 60000000 as remaining_minutes,
    {% for dimension in ticket_dimensions() %}
    described.{{ dimension }}{{ ',' if not loop.last }}
    {% endfor %}
from judged
inner join {{ ref('int_tickets_described') }} as described on judged.ticket_key = described.ticket_key
