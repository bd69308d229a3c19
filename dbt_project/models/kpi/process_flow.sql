{#-
    A step that a ticket takes for the first time is the first of its pair, so that tickets are those transitions, and
    the pairs that came as repeats only: cheaper than counting distinct tickets.
-#}
{% set dimensions = ['channel', 'team'] %}
with transitions as (
    select
        ticket_key,
        previous_activity as from_activity,
        activity as to_activity,
        minutes_since_previous,
        is_repeat
    from {{ ref('fct_ticket_activity') }}

    union all

    select
        activities.ticket_key,
        activities.activity as from_activity,
        case when tickets.is_solved then 'end' else 'still open' end as to_activity,
        cast(null as double) as minutes_since_previous,
        false as is_repeat
    from {{ ref('fct_ticket_activity') }} as activities
    inner join {{ ref('fct_ticket') }} as tickets on activities.ticket_key = tickets.ticket_key
    where activities.is_last
),

measured as (
    select
        {{ grouped_dimension(dimensions) }}
        facts.from_activity,
        facts.to_activity,
        count(*) as transitions,
        sum(case when facts.is_repeat then 1 else 0 end) as rework_transitions,
        {{ median_and_p90('facts.minutes_since_previous') }} as percentiles
    from transitions as facts
    inner join {{ ref('fct_ticket') }} as tickets on facts.ticket_key = tickets.ticket_key
    group by grouping sets (
        (facts.from_activity, facts.to_activity){% for dimension in dimensions %},
        (facts.from_activity, facts.to_activity, {{ dimension }}){% endfor %}
    )
)

select
    measured.dimension,
    measured.dimension_value,
    measured.from_activity,
    measured.to_activity,
    cast(measured.transitions as bigint) as transitions,
    cast(
        measured.transitions - measured.rework_transitions + coalesce(only_repeated.tickets, 0) as bigint
    ) as tickets,
    cast(measured.transitions as double) / cast(sum(measured.transitions) over (
        partition by measured.dimension, measured.dimension_value, measured.from_activity
    ) as double) as share_of_from,
    {{ list_element('measured.percentiles', 1) }} as median_minutes,
    {{ list_element('measured.percentiles', 2) }} as p90_minutes,
    cast(measured.rework_transitions as bigint) as rework_transitions,
    measured.from_activity = measured.to_activity as is_self_loop
from measured
left join {{ ref('int_transitions_only_repeated') }} as only_repeated
    on
        measured.dimension = only_repeated.dimension
        and measured.dimension_value = only_repeated.dimension_value
        and measured.from_activity = only_repeated.from_activity
        and measured.to_activity = only_repeated.to_activity
