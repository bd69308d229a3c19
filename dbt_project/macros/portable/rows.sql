{#- What engines do differently with whole rows, text and query plans. -#}

{#- A row as one JSON object; `values` maps names to text expressions. -#}
{% macro row_as_json(values) %}{{ return(adapter.dispatch('row_as_json')(values)) }}{% endmacro %}
{% macro duckdb__row_as_json(values) -%}
    cast(json_object({% for name, value in values.items() %}'{{ name }}', {{ value }}{{ ', ' if not loop.last }}{% endfor %}) as varchar)
{%- endmacro %}
{% macro spark__row_as_json(values) -%}
    to_json(
        named_struct({% for name, value in values.items() %}'{{ name }}', {{ value }}{{ ', ' if not loop.last }}{% endfor %}),
        map('ignoreNullFields', 'false')
    )
{%- endmacro %}

{#- Bytes of a text in UTF-8. -#}
{% macro text_bytes(text) %}{{ return(adapter.dispatch('text_bytes')(text)) }}{% endmacro %}
{% macro duckdb__text_bytes(text) -%}
    strlen({{ text }})
{%- endmacro %}
{% macro spark__text_bytes(text) -%}
    octet_length({{ text }})
{%- endmacro %}

{#- A number of 64 bits that equal values share, and others hardly ever: it finds candidates, and is never handed on. -#}
{% macro short_hash(columns) %}{{ return(adapter.dispatch('short_hash')(columns)) }}{% endmacro %}
{% macro duckdb__short_hash(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}
{% macro spark__short_hash(columns) -%}
    xxhash64({{ columns | join(', ') }})
{%- endmacro %}

{#- The text behind the first colon; NULL where nothing is. -#}
{% macro text_behind_colon(text) -%}
    nullif(substr({{ text }}, instr({{ text }}, ':') + 1), '')
{%- endmacro %}

{#- Keeps a CTE that is read twice from being written to memory whole: 10 million rows take 13 s this way, 29 s that. -#}
{% macro not_materialized() %}{{ return(adapter.dispatch('not_materialized')()) }}{% endmacro %}
{% macro duckdb__not_materialized() -%}
    not materialized
{%- endmacro %}
{% macro spark__not_materialized() -%}
    {#- Never written out whole. -#}
{%- endmacro %}

{#-
    Aggregate: a sum to 12 decimals that is the same in whatever order threads come to the rows; a sum of doubles is not,
    in its last digits. What is beyond 10^25 counts as that much. `among` is a filter or a window.
-#}
{% macro exact_sum(value, among='') -%}
    cast(sum(cast(
        case when {{ value }} > 1e25 then 1e25 when {{ value }} < -1e25 then -1e25 else {{ value }} end as decimal(38, 12)
    )) {{ among }} as double)
{%- endmacro %}

{#- Aggregate: a mean in the same way; NULL of no values. -#}
{% macro exact_mean(value, among='') -%}
    ({{ exact_sum(value, among) }} / nullif(count({{ value }}) {{ among }}, 0))
{%- endmacro %}

{#- Aggregate: median and 90th percentile as a list of two. Asked for one by one, each would hold and sort all values. -#}
{% macro median_and_p90(value) %}{{ return(adapter.dispatch('median_and_p90')(value)) }}{% endmacro %}
{% macro duckdb__median_and_p90(value) -%}
    quantile_cont({{ value }}, [0.5, 0.9])
{%- endmacro %}
{% macro spark__median_and_p90(value) -%}
    percentile({{ value }}, array(0.5, 0.9))
{%- endmacro %}

{#- An element of a list, counted from 1; NULL of no list. -#}
{% macro list_element(list, number) %}{{ return(adapter.dispatch('list_element')(list, number)) }}{% endmacro %}
{% macro duckdb__list_element(list, number) -%}
    {{ list }}[{{ number }}]
{%- endmacro %}
{% macro spark__list_element(list, number) -%}
    get({{ list }}, {{ number }} - 1)
{%- endmacro %}

{#- Aggregate: the texts of a group in one, in order. -#}
{% macro text_in_order(text, separator, position) %}{{ return(adapter.dispatch('text_in_order')(text, separator, position)) }}{% endmacro %}
{% macro duckdb__text_in_order(text, separator, position) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ position }})
{%- endmacro %}
{% macro spark__text_in_order(text, separator, position) -%}
    listagg({{ text }}, '{{ separator }}') within group (order by {{ position }})
{%- endmacro %}

{#- Window functions: the last and the first value of the frame that is not NULL. -#}
{% macro last_known(value) %}{{ return(adapter.dispatch('last_known')(value)) }}{% endmacro %}
{% macro duckdb__last_known(value) -%}
    last_value({{ value }} ignore nulls)
{%- endmacro %}
{% macro spark__last_known(value) -%}
    last_value({{ value }}, true)
{%- endmacro %}

{% macro first_known(value) %}{{ return(adapter.dispatch('first_known')(value)) }}{% endmacro %}
{% macro duckdb__first_known(value) -%}
    first_value({{ value }} ignore nulls)
{%- endmacro %}
{% macro spark__first_known(value) -%}
    first_value({{ value }}, true)
{%- endmacro %}
