{#-
    CTEs that end in `period_counts`: how many spans of each measure cover a period, overall and by one dimension at a
    time. A span counts one up at its first period and one down after its last, so that running sums give every
    period's exact number without a row per span and period.

    spans:       CTE with period_grain, measure, first_number, last_number and the dimensions
    periods:     relation with period_grain, period_start, period_number, is_complete; each is there for every series
-#}
{% macro period_counts(spans, periods, measures, dimensions) %}
changes as (
    {% for number, change in [('first_number', 1), ('last_number + 1', -1)] %}
    select
        period_grain,
        measure,
        {{ dimensions | join(',\n        ') }},
        {{ number }} as period_number,
        {{ change }} as change
    from {{ spans }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

summed as (
    select
        period_grain,
        period_number,
        {{ grouped_dimension(dimensions) }}
        {% for measure in measures %}
        sum(change) filter (where measure = '{{ measure }}') as {{ measure }}{{ ',' if not loop.last }}
        {% endfor %}
    from changes
    group by grouping sets (
        (period_grain, period_number)
        {%- for dimension in dimensions %}, (period_grain, period_number, {{ dimension }}){% endfor %}
    )
),

series as (
    select distinct
        period_grain,
        dimension,
        dimension_value
    from summed
),

period_counts as (
    select
        periods.period_grain,
        periods.period_start,
        periods.period_number,
        periods.is_complete,
        series.dimension,
        series.dimension_value,
        {% for measure in measures %}
        cast(sum(coalesce(summed.{{ measure }}, 0)) over (
            partition by series.period_grain, series.dimension, series.dimension_value
            order by periods.period_number
        ) as bigint) as {{ measure }}{{ ',' if not loop.last }}
        {% endfor %}
    from series
    inner join {{ periods }} as periods on series.period_grain = periods.period_grain
    left join summed
        on
            series.period_grain = summed.period_grain
            and series.dimension = summed.dimension
            and series.dimension_value = summed.dimension_value
            and periods.period_number = summed.period_number
)
{% endmacro %}
