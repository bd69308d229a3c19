{#- numerator, denominator, value, sample_size, value_low and value_high of one statistic, over the groups of kpi_values. -#}
{% macro statistic_columns(statistic) %}
    {% set nothing = 'cast(null as double)' %}
    {% set ratio = 'numerator / nullif(denominator, 0)' %}
    {% set columns = {
        'count': ['numerator', nothing, 'numerator', nothing, nothing],
        'mean': ['numerator', 'denominator', ratio, nothing, nothing],
        'median': [nothing, 'denominator', list_element('percentiles', 1), nothing, nothing],
        'p90': [nothing, 'denominator', list_element('percentiles', 2), nothing, nothing],
        'rate': ['numerator', 'denominator', ratio, wilson_bound('-'), wilson_bound('+')],
        'index': ['numerator', 'denominator', '100 * ' ~ ratio, index_bound('-'), index_bound('+')],
    }[statistic] %}
    {{ columns[0] }} as numerator,
    {{ columns[1] }} as denominator,
    {{ columns[2] }} as value,
    cast(denominator as bigint) as sample_size,
    {{ columns[3] }} as value_low,
    {{ columns[4] }} as value_high
{% endmacro %}

{#- A bound of the 95 % Wilson score interval (Wilson 1927) of numerator / denominator; z = 1.959963984540054. -#}
{% macro wilson_bound(sign) -%}
    (
        numerator + 1.9207294103470627 {{ sign }} 1.959963984540054 * sqrt(
            greatest(0, numerator * (denominator - numerator) / nullif(denominator, 0)) + 0.96036470517353135
        )
    ) / nullif(denominator + 3.8414588206941254, 3.8414588206941254)
{%- endmacro %}

{#- A bound of the 95 % normal interval of 100 times a mean of contributions, such as the 1, 0, -1 of a promoter score. -#}
{% macro index_bound(sign) -%}
    100 * numerator / nullif(denominator, 0) {{ sign }} 100 * 1.959963984540054 * sqrt(
        greatest(0, sum_of_squares / nullif(denominator, 0) - power(numerator / nullif(denominator, 0), 2))
        / nullif(denominator, 0)
    )
{%- endmacro %}

{#- The rows of kpi.kpi_value that one statistic makes of a relation with a numerator and a denominator a period. -#}
{% macro statistic_rows(kpi, statistic, relation) -%}
select
    '{{ kpi }}' as kpi,
    '{{ statistic }}' as statistic,
    period_grain,
    period_start,
    dimension,
    dimension_value,
    {{ statistic_columns(statistic) }}
from {{ relation }}
{%- endmacro %}
