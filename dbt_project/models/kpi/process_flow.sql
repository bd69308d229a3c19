{#-
    A step that a ticket takes for the first time is the first of its pair, so that tickets are those transitions, and
    the pairs that came as repeats only: cheaper than counting distinct tickets.
-#}
{% set dimensions = ['channel', 'team'] %}
with transitions as {{ not_materialized() }} (
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

repeated as (
    select distinct
        ticket_key,
        from_activity,
        to_activity
    from transitions
    where is_repeat
),

{#- By all dimensions at once, which is few rows: they add up to the counts by each of them. -#}
by_dimensions as (
    select
        facts.from_activity,
        facts.to_activity,
        {{ dimensions | join(', ') }},
        count(*) as transitions,
        sum(case when facts.is_repeat then 1 else 0 end) as rework_transitions,
        sum(case when facts.is_repeat then 0 else 1 end) as tickets
    from transitions as facts
    inner join {{ ref('fct_ticket') }} as tickets on facts.ticket_key = tickets.ticket_key
    group by all

    union all

    select
        repeated.from_activity,
        repeated.to_activity,
        {{ dimensions | join(', ') }},
        0 as transitions,
        0 as rework_transitions,
        count(*) as tickets
    from repeated
    inner join {{ ref('fct_ticket') }} as tickets on repeated.ticket_key = tickets.ticket_key
    left join transitions as firsts
        on
            repeated.ticket_key = firsts.ticket_key
            and repeated.from_activity = firsts.from_activity
            and repeated.to_activity = firsts.to_activity
            and not firsts.is_repeat
    where firsts.ticket_key is null
    group by all
),

counted as (
    select
        {{ grouped_dimension(dimensions) }}
        from_activity,
        to_activity,
        sum(transitions) as transitions,
        sum(rework_transitions) as rework_transitions,
        sum(tickets) as tickets
    from by_dimensions
    group by grouping sets (
        (from_activity, to_activity){% for dimension in dimensions %},
        (from_activity, to_activity, {{ dimension }}){% endfor %}
    )
),

timed as (
    select
        {{ grouped_dimension(dimensions) }}
        facts.from_activity,
        facts.to_activity,
        {{ median_and_p90('facts.minutes_since_previous') }} as percentiles
    from transitions as facts
    inner join {{ ref('fct_ticket') }} as tickets on facts.ticket_key = tickets.ticket_key
    group by grouping sets (
        (facts.from_activity, facts.to_activity){% for dimension in dimensions %},
        (facts.from_activity, facts.to_activity, {{ dimension }}){% endfor %}
    )
)

select
    counted.dimension,
    counted.dimension_value,
    counted.from_activity,
    counted.to_activity,
    cast(counted.transitions as bigint) as transitions,
    cast(counted.tickets as bigint) as tickets,
    cast(counted.transitions as double) / cast(sum(counted.transitions) over (
        partition by counted.dimension, counted.dimension_value, counted.from_activity
    ) as double) as share_of_from,
    {{ list_element('timed.percentiles', 1) }} as median_minutes,
    {{ list_element('timed.percentiles', 2) }} as p90_minutes,
    cast(counted.rework_transitions as bigint) as rework_transitions,
    counted.from_activity = counted.to_activity as is_self_loop
from counted
inner join timed
    on
        counted.dimension = timed.dimension
        and counted.dimension_value = timed.dimension_value
        and counted.from_activity = timed.from_activity
        and counted.to_activity = timed.to_activity
