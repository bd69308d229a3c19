{#-
    Unsolved tickets as a running sum of what opened, solved and aged them. A ticket enters an age band on the first day
    at whose end it has that age: the day in which the instant just before it reaches the age lies.
-#}
{% set dimensions = ticket_dimensions() %}
{% set bands = [
    ('under_1_day', 0, 1), ('1_to_3_days', 1, 3), ('3_to_7_days', 3, 7), ('7_to_30_days', 7, 30), ('over_30_days', 30, none),
] %}
with tickets as (
    select * from {{ ref('fct_ticket') }}
    where is_counted
),

turns as (
    select
        ticket_key,
        created_at as turned_at,
        0 as turn_number,
        true as is_opening
    from tickets

    union all

    select
        ticket_key,
        occurred_at as turned_at,
        state_number as turn_number,
        was_solved as is_opening
    from {{ ref('fct_ticket_status_change') }}
    where is_solved <> was_solved

    union all

    select
        ticket_key,
        last_solved_at as turned_at,
        1 as turn_number,
        false as is_opening
    from tickets
    where is_solved and not has_status_history
),

stretches as (
    select
        ticket_key,
        is_opening,
        turned_at as opened_at,
        lead(turned_at) over (partition by ticket_key order by turn_number) as solved_at
    from turns
),

unsolved as (
    select
        {% for dimension in dimensions %}
        tickets.{{ dimension }},
        {% endfor %}
        {{ reporting_date('stretches.opened_at') }} as opened_on,
        {{ reporting_date('stretches.solved_at') }} as solved_on,
        {% for _, days, _ in bands if days > 0 %}
        {{ reporting_date('tickets.created_at + interval ' ~ days ~ ' day - interval 1 microsecond') }}
            as old_for_{{ days }}_days_on{{ ',' if not loop.last }}
        {% endfor %}
    from stretches
    inner join tickets on stretches.ticket_key = tickets.ticket_key
    where stretches.is_opening
),

in_bands as (
    {% for band, from_days, to_days in bands %}
    select
        {{ dimensions | join(', ') }},
        '{{ band }}' as band,
        {{ 'opened_on' if from_days == 0 else 'greatest(opened_on, old_for_' ~ from_days ~ '_days_on)' }} as from_day,
        {{ 'solved_on' if to_days is none else 'least(solved_on, old_for_' ~ to_days ~ '_days_on)' }} as to_day
    from unsolved
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

changes as (
    {% for day, change in [('from_day', 1), ('to_day', -1)] %}
    select
        {{ dimensions | join(', ') }},
        band,
        {{ day }} as date_day,
        {{ change }} as change
    from in_bands
    where coalesce(from_day <= to_day, true) and {{ day }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

daily_changes as (
    select
        date_day,
        {{ grouped_dimension(dimensions) }}
        {% for band, _, _ in bands %}
        sum(case when band = '{{ band }}' then change else 0 end) as change_{{ band }}{{ ',' if not loop.last }}
        {% endfor %}
    from changes
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
),

summed as (
    select
        every_day.date_day,
        every_day.dimension,
        every_day.dimension_value,
        {% for band, _, _ in bands %}
        cast(sum(coalesce(daily_changes.change_{{ band }}, 0)) over (
            partition by every_day.dimension, every_day.dimension_value
            order by every_day.date_day
        ) as bigint) as backlog_{{ band }}{{ ',' if not loop.last }}
        {% endfor %}
    from every_day
    left join daily_changes
        on
            every_day.date_day = daily_changes.date_day
            and every_day.dimension = daily_changes.dimension
            and every_day.dimension_value = daily_changes.dimension_value
)

select
    date_day,
    dimension,
    dimension_value,
    {% for band, _, _ in bands %}backlog_{{ band }}{{ ' + ' if not loop.last }}{% endfor %} as backlog,
    {% for band, _, _ in bands %}
    backlog_{{ band }}{{ ',' if not loop.last }}
    {% endfor %}
from summed
