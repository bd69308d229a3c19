{#- A KPI of kpi_value made of two counts of kpi.customer_activity; periods in which neither counts anybody have none. -#}
{% macro customer_figures(kpi, statistic, numerator, denominator, where='has_period_before') %}
with figures as (
    select
        *,
        cast({{ numerator }} as double) as numerator,
        cast({{ denominator }} as double) as denominator
    from {{ ref('customer_activity') }}
    where {{ where }}
)

{{ statistic_rows(kpi, statistic, 'figures') }}
where numerator > 0 or denominator > 0
{% endmacro %}
