{{ config(materialized='view') }}
{#-
    The clock that the policy in force names, read at both ends of a stretch, in whole microseconds. It stands still
    while the ticket is pending, where the policy says so, and that of a resolution while the ticket is solved. Where the
    policy at the start sets no target of the kind there is none; one without it that comes later leaves the terms
    before it in force. A stretch between the first and the last one in which the clock stands still and the policy stays
    adds nothing to its target.
-#}
{% set columns = [
    'ticket_key', 'target_kind', 'target_number', 'fulfilled_at', 'schedule', 'started_at', 'ended_at', 'is_whole',
    'is_pending', 'is_solved',
] %}
{% set target = 'partition by ticket_key, target_kind, target_number order by started_at' %}
with carried_on as (
    select
        {% for column in columns %}
        stretches.{{ column }},
        {% endfor %}
        {{ last_known('offered.policy_position') }} over (
            partition by stretches.ticket_key, stretches.target_kind, stretches.target_number
            order by stretches.started_at rows between unbounded preceding and current row
        ) as policy_position,
        first_value(offered.policy_position) over (
            partition by stretches.ticket_key, stretches.target_kind, stretches.target_number
            order by stretches.started_at rows between unbounded preceding and current row
        ) as first_position
    from {{ ref('int_sla_targets_cut') }} as stretches
    left join {{ ref('int_sla_policies_unfolded') }} as offered
        on stretches.policy_position = offered.policy_position and stretches.target_kind = offered.target_kind
    where stretches.has_priority_changes
),

stretches as (
    select
        {{ columns | join(', ') }},
        policy_position,
        true as may_matter_stopped,
        coalesce(policy_position <> lag(policy_position) over ({{ target }}), false) as is_retargeted
    from carried_on
    where first_position is not null

    union all

    select
        {{ columns | join(', ') }},
        policy_position,
        is_at_an_end as may_matter_stopped,
        false as is_retargeted
    from {{ ref('int_sla_targets_cut') }}
    where not has_priority_changes
),

read_at_both_ends as (
    select
        stretches.*,
        terms.target_microseconds,
        not (stretches.is_pending and terms.pauses_while_pending)
        and not (stretches.is_solved and stretches.target_kind = 'resolution') as is_running,
        {% for end in ['started', 'ended'] %}
        case
            when terms.is_business then {{ business_clock('stretches.' ~ end ~ '_at', end ~ '_day') }}
            else {{ microseconds_of('stretches.' ~ end ~ '_at') }}
        end as {{ end }}_clock{{ ',' if not loop.last }}
        {% endfor %}
    from stretches
    inner join {{ ref('int_sla_policies_unfolded') }} as terms
        on stretches.policy_position = terms.policy_position and stretches.target_kind = terms.target_kind
    {% for end in ['started', 'ended'] %}
    left join {{ ref('int_business_days') }} as {{ end }}_day
        on {{ on_business_day('stretches.schedule', 'stretches.' ~ end ~ '_at', end ~ '_day') }}
    {% endfor %}
)

select
    *,
    case when is_running then ended_clock - started_clock else 0 end as run_microseconds,
    is_running or may_matter_stopped as adds_something
from read_at_both_ends
