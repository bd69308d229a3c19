{#- Cases are counted from one row a ticket and pair, times from every transition: cheaper than counting distinct tickets. -#}
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

by_ticket as (
    select
        ticket_key,
        from_activity,
        to_activity,
        count(*) as transitions,
        sum(case when is_repeat then 1 else 0 end) as rework_transitions
    from transitions
    group by ticket_key, from_activity, to_activity
),

{% for name, source, figures in [
    ('counted', 'by_ticket', [
        ('transitions', 'sum(facts.transitions)'),
        ('rework_transitions', 'sum(facts.rework_transitions)'),
        ('tickets', 'count(*)'),
    ]),
    ('timed', 'transitions', [
        ('median_minutes', 'percentile_cont(0.5) within group (order by facts.minutes_since_previous)'),
        ('p90_minutes', 'percentile_cont(0.9) within group (order by facts.minutes_since_previous)'),
    ]),
] %}
{{ name }} as (
    select
        {{ grouped_dimension(dimensions) }}
        facts.from_activity,
        facts.to_activity,
        {% for figure, expression in figures %}
        {{ expression }} as {{ figure }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ source }} as facts
    inner join {{ ref('fct_ticket') }} as tickets on facts.ticket_key = tickets.ticket_key
    group by grouping sets (
        (facts.from_activity, facts.to_activity){% for dimension in dimensions %},
        (facts.from_activity, facts.to_activity, {{ dimension }}){% endfor %}
    )
){{ ',' if not loop.last }}

{% endfor %}
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
    timed.median_minutes,
    timed.p90_minutes,
    cast(counted.rework_transitions as bigint) as rework_transitions,
    counted.from_activity = counted.to_activity as is_self_loop
from counted
inner join timed
    on
        counted.dimension = timed.dimension
        and counted.dimension_value = timed.dimension_value
        and counted.from_activity = timed.from_activity
        and counted.to_activity = timed.to_activity
