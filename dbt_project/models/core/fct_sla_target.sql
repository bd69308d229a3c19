with measured as (
    select
        measured.*,
        started.started_at,
        started.fulfilled_at,
        case
            when measured.is_used_up and measured.decided_in_is_used_up_before then measured.decided_in_started_at
            when measured.decided_in_is_business then {{ instant_at_business_clock('measured.due_clock', 'hours') }}
            else {{ instant_at_calendar_clock('measured.due_clock') }}
        end as due_at
    from {{ ref('int_sla_targets_measured') }} as measured
    inner join {{ ref('int_sla_targets_started') }} as started
        on
            measured.ticket_key = started.ticket_key
            and measured.target_kind = started.target_kind
            and measured.target_number = started.target_number
    left join {{ ref('int_business_hours') }} as hours
        on
            measured.decided_in_is_business
            and {{ on_business_hour('measured.schedule', 'measured.due_clock', 'hours') }}
),

judged as (
    select
        *,
        case
            when is_used_up and coalesce(due_at < fulfilled_at, true) then 'breached'
            when fulfilled_at is null then 'active'
            else 'met'
        end as status
    from measured
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
    cast(judged.retarget_count as bigint) as retarget_count,
    {% for name, microseconds in [
        ('target', 'judged.target_microseconds'),
        ('elapsed', 'judged.elapsed_microseconds'),
        (
            'remaining',
            "case when judged.status = 'breached' then judged.elapsed_when_used_up_microseconds"
            ~ " else judged.target_microseconds end - judged.elapsed_microseconds"
        ),
    ] %}
    cast({{ microseconds }} as double) / 60000000 as {{ name }}_minutes,
    {% endfor %}
    {% for dimension in ticket_dimensions() %}
    described.{{ dimension }}{{ ',' if not loop.last }}
    {% endfor %}
from judged
inner join {{ ref('int_tickets_described') }} as described on judged.ticket_key = described.ticket_key
