{#-
    Elapsed time, in whole microseconds of the clock that the policy in force names: it stands still while the ticket is
    pending, where the policy says so, and that of a resolution while the ticket is solved. A policy without a target of
    the kind leaves the terms before it in force.
-#}
{% set kinds = ['first_response', 'next_response', 'resolution'] %}
{% set target = 'partition by stretches.ticket_key, stretches.target_kind, stretches.target_number' %}
{% set so_far = target ~ ' order by stretches.started_at rows between unbounded preceding and current row' %}
with terms as (
    {% for kind in kinds %}
    select
        '{{ kind }}' as target_kind,
        position as policy_position,
        policy,
        is_business,
        pauses_while_pending,
        cast({{ kind }}_minutes as bigint) * 60000000 as target_microseconds
    from {{ ref('sla_policies') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

stretches as (
    select
        stretches.*,
        coalesce(
            last_value(case when offered.target_microseconds is not null then stretches.policy_position end ignore nulls)
                over ({{ so_far }}),
            stretches.policy_position
        ) as position_in_force
    from {{ ref('int_sla_targets_cut') }} as stretches
    left join terms as offered
        on stretches.policy_position = offered.policy_position and stretches.target_kind = offered.target_kind
),

running as (
    select
        stretches.*,
        terms.policy,
        terms.is_business,
        terms.target_microseconds,
        not (stretches.is_pending and terms.pauses_while_pending)
        and not (stretches.is_solved and stretches.target_kind = 'resolution') as is_running,
        case
            when terms.is_business then {{ business_clock('stretches.started_at', 'start_days') }}
            else {{ microseconds_of('stretches.started_at') }}
        end as start_clock,
        case
            when terms.is_business then {{ business_clock('stretches.ended_at', 'end_days') }}
            else {{ microseconds_of('stretches.ended_at') }}
        end as end_clock
    from stretches
    inner join terms
        on stretches.position_in_force = terms.policy_position and stretches.target_kind = terms.target_kind
    left join {{ ref('int_business_days') }} as start_days
        on {{ on_business_day('stretches.schedule', 'stretches.started_at', 'start_days') }}
    left join {{ ref('int_business_days') }} as end_days
        on {{ on_business_day('stretches.schedule', 'stretches.ended_at', 'end_days') }}
)

select
    stretches.*,
    row_number() over ({{ target }} order by stretches.started_at) as stretch_number,
    coalesce(
        stretches.position_in_force <> lag(stretches.position_in_force) over ({{ target }} order by stretches.started_at),
        false
    ) as is_retargeted,
    {% for name, last in [('elapsed_before', '1 preceding'), ('elapsed', 'current row')] %}
    cast(
        coalesce(
            sum(case when stretches.is_running then stretches.end_clock - stretches.start_clock else 0 end) over (
                {{ target }} order by stretches.started_at rows between unbounded preceding and {{ last }}
            ),
            0
        ) as bigint
    ) as {{ name }}_microseconds{{ ',' if not loop.last }}
    {% endfor %}
from running as stretches
