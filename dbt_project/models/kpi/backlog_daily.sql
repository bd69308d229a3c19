{#- Unsolved tickets as a running sum of what opened and what solved them. -#}
{% set dimensions = ticket_dimensions() %}
with tickets as (
    select * from {{ ref('fct_ticket') }}
    where is_counted
),

changes as (
    select
        ticket_key,
        created_at as changed_at,
        1 as change
    from tickets

    union all

    select
        ticket_key,
        occurred_at as changed_at,
        case when is_solved then -1 else 1 end as change
    from {{ ref('fct_ticket_status_change') }}
    where is_solved <> was_solved

    union all

    select
        ticket_key,
        last_solved_at as changed_at,
        -1 as change
    from tickets
    where is_solved and not has_status_history
),

described as (
    select
        {% for dimension in dimensions %}
        tickets.{{ dimension }},
        {% endfor %}
        changes.change,
        {{ reporting_date('changes.changed_at') }} as date_day
    from changes
    inner join tickets on changes.ticket_key = tickets.ticket_key
),

daily_changes as (
    select
        date_day,
        case {% for dimension in dimensions %} when grouping({{ dimension }}) = 0 then '{{ dimension }}'{% endfor %}
            else 'overall' end as dimension,
        case {% for dimension in dimensions %} when grouping({{ dimension }}) = 0 then {{ dimension }}{% endfor %}
            else 'all' end as dimension_value,
        sum(change) as change
    from described
    group by grouping sets (
        (date_day){% for dimension in dimensions %}, (date_day, {{ dimension }}){% endfor %}
    )
),

series as (
    select
        dimension,
        dimension_value,
        min(date_day) as first_day
    from daily_changes
    group by dimension, dimension_value
),

every_day as (
    select
        dates.date_day,
        series.dimension,
        series.dimension_value
    from series
    inner join {{ ref('dim_date') }} as dates on series.first_day <= dates.date_day
)

select
    every_day.date_day,
    every_day.dimension,
    every_day.dimension_value,
    cast(sum(coalesce(daily_changes.change, 0)) over (
        partition by every_day.dimension, every_day.dimension_value
        order by every_day.date_day
    ) as bigint) as backlog
from every_day
left join daily_changes
    on
        every_day.date_day = daily_changes.date_day
        and every_day.dimension = daily_changes.dimension
        and every_day.dimension_value = daily_changes.dimension_value
