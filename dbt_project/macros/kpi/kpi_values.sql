{#-
    One KPI at every published grain: day, week, month and quarter, overall and by one dimension at a time; computed
    from the facts at each grain, so that medians are exact and no average is averaged. Durations of a single day come
    overall only: a handful of cases has no median to speak of, and kpi.duration_histogram counts them by dimension.

    facts:       relation with one row per case; every dimension column is filled ('unknown' where it is not known)
    on_date:     column with the date, in the reporting time zone, in whose period a case counts
    statistics:  of count, rate, mean, median, p90, index
    numerator:   what a case adds; denominator: what it counts for (cases without one are left out)
-#}
{% macro kpi_values(kpi, facts, on_date, statistics, dimensions, numerator='1', denominator='1', where='true') %}
{#- Of facts that changed, an incremental build looks whether their cases did (macros/increment/periods.sql). -#}
{{ config(meta={
    'cases': select_cases('changed', on_date, dimensions + ['is_new'], numerator, denominator, where),
    'counted_on': on_date,
}) }}
with cases as ({{ select_cases(facts, on_date, dimensions, numerator, denominator, where) }}),

{% if 'median' in statistics %}
{{ figures_of_cases(dimensions) }}
{% else %}
{{ figures_of_days(dimensions) }}
{% endif %}

{% for statistic in statistics %}
{{ statistic_rows(kpi, statistic, 'grouped') }}
{{ 'union all' if not loop.last }}
{% endfor %}
{% endmacro %}

{% macro select_cases(facts, on_date, dimensions, numerator, denominator, where) %}
    select
        {{ on_date }} as counted_on,
        {% for dimension in dimensions %}
        {{ dimension }},
        {% endfor %}
        cast({{ numerator }} as double) as numerator,
        cast({{ denominator }} as bigint) as denominator
    from {{ facts }}
    where {{ on_date }} is not null and {{ where }}
{% endmacro %}

{% macro grains() %}{{ return(['day', 'week', 'month', 'quarter']) }}{% endmacro %}

{% macro period_of(date, grain) -%}
    cast(date_trunc('{{ grain }}', {{ date }}) as date)
{%- endmacro %}

{#- CTEs that end in `grouped`: every period from the cases themselves, which is what percentiles need. -#}
{% macro figures_of_cases(dimensions) %}
dated as (
    select
        {% for grain in grains() %}
        {{ period_of('counted_on', grain) }} as {{ grain }}_start,
        {% endfor %}
        cases.*
    from cases
    where denominator is not null
),

grouped as (
    select
        {{ grouped_period() }}
        {{ grouped_dimension(dimensions) }}
        {{ exact_sum('numerator') }} as numerator,
        cast(sum(denominator) as double) as denominator,
        {{ median_and_p90('numerator') }} as percentiles
    from dated
    group by grouping sets (
        {% for grain in grains() %}
        ({{ grain }}_start)
        {%- if grain != 'day' -%}
        {%- for dimension in dimensions %}, ({{ grain }}_start, {{ dimension }}){% endfor %}
        {%- endif %}
        {{- ',' if not loop.last }}
        {% endfor %}
    )
)
{% endmacro %}

{#- The same of what adds up: cases are summed to days, and the few days to longer periods. -#}
{% macro figures_of_days(dimensions) %}
days as (
    select
        {% for grain in grains() %}
        {{ period_of('counted_on', grain) }} as {{ grain }}_start,
        {% endfor %}
        {{ grouped_dimension(dimensions) }}
        {{ exact_sum('numerator') }} as numerator,
        cast(sum(denominator) as bigint) as denominator,
        {{ exact_sum('numerator * numerator') }} as sum_of_squares
    from cases
    where denominator is not null
    group by grouping sets ((counted_on){% for dimension in dimensions %}, (counted_on, {{ dimension }}){% endfor %})
),

grouped as (
    select
        {{ grouped_period() }}
        dimension,
        dimension_value,
        {{ exact_sum('numerator') }} as numerator,
        cast(sum(denominator) as double) as denominator,
        {{ exact_sum('sum_of_squares') }} as sum_of_squares
    from days
    group by grouping sets (
        {% for grain in grains() %}
        ({{ grain }}_start, dimension, dimension_value){{ ',' if not loop.last }}
        {% endfor %}
    )
)
{% endmacro %}

{#- period_grain and period_start of a row of grouping sets that cut by one grain at a time. -#}
{% macro grouped_period() -%}
    case {% for grain in grains() %} when grouping({{ grain }}_start) = 0 then '{{ grain }}'{% endfor %} end
        as period_grain,
    coalesce({% for grain in grains() %}{{ grain }}_start{{ ', ' if not loop.last }}{% endfor %}) as period_start,
{%- endmacro %}

{#- dimension and dimension_value of a row of grouping sets that cut by one dimension at a time, or by none. -#}
{% macro grouped_dimension(dimensions) -%}
    case {% for dimension in dimensions %} when grouping({{ dimension }}) = 0 then '{{ dimension }}'{% endfor %}
        else 'overall' end as dimension,
    case {% for dimension in dimensions %} when grouping({{ dimension }}) = 0 then {{ dimension }}{% endfor %}
        else 'all' end as dimension_value,
{%- endmacro %}

{% macro ticket_dimensions() %}
    {{ return(['channel', 'team', 'segment', 'product', 'priority', 'category', 'source']) }}
{% endmacro %}

{% macro voice_dimensions() %}
    {{ return(['kind', 'platform', 'channel', 'team', 'segment', 'product', 'source']) }}
{% endmacro %}
