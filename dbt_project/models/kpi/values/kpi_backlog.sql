{#- A stock, not a flow: a period's figure is that of its last day. -#}
{% set bands = ['under_1_day', '1_to_3_days', '3_to_7_days', '7_to_30_days', 'over_30_days'] %}
with daily as (
    select
        date_day,
        dimension,
        dimension_value,
        backlog
    from {{ ref('backlog_daily') }}
    {% for band in bands %}

    union all

    select
        date_day,
        'age' as dimension,
        '{{ band }}' as dimension_value,
        backlog_{{ band }} as backlog
    from {{ ref('backlog_daily') }}
    where dimension = 'overall'
    {% endfor %}
)

{% for grain in ['day', 'week', 'month', 'quarter'] %}
select
    'backlog' as kpi,
    'count' as statistic,
    '{{ grain }}' as period_grain,
    cast(date_trunc('{{ grain }}', date_day) as date) as period_start,
    dimension,
    dimension_value,
    cast(backlog as double) as numerator,
    cast(null as double) as denominator,
    cast(backlog as double) as value,
    backlog as sample_size,
    cast(null as double) as value_low,
    cast(null as double) as value_high
from daily
qualify row_number() over (
    partition by date_trunc('{{ grain }}', date_day), dimension, dimension_value
    order by date_day desc
) = 1
{{ 'union all' if not loop.last }}
{% endfor %}
