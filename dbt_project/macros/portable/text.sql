{#- What engines do differently with text: white space, characters, what counts as a number or a local time. -#}

{#- A text without the spaces at its ends: those of Unicode (category Zs), no tabs or line ends. -#}
{% macro trimmed(text) %}{{ return(adapter.dispatch('trimmed')(text)) }}{% endmacro %}
{% macro duckdb__trimmed(text) -%}
    trim({{ text }})
{%- endmacro %}
{% macro spark__trimmed(text) -%}
    {#- Else only U+0020 is one. -#}
    trim(both '{{ "\u0020\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000" }}' from {{ text }})
{%- endmacro %}

{#- The character of a code point. -#}
{% macro character(code_point) %}{{ return(adapter.dispatch('character')(code_point)) }}{% endmacro %}
{% macro duckdb__character(code_point) -%}
    chr({{ code_point }})
{%- endmacro %}
{% macro spark__character(code_point) -%}
    {#- chr knows the first 256 only. -#}
    decode(unhex(lpad(hex({{ code_point }}), 8, '0')), 'UTF-32')
{%- endmacro %}

{#- The number that a text denotes; NULL where it denotes none. -#}
{% macro number_of(text) %}{{ return(adapter.dispatch('number_of')(text)) }}{% endmacro %}
{% macro duckdb__number_of(text) -%}
    try_cast({{ text }} as double)
{%- endmacro %}
{% macro spark__number_of(text) -%}
    {#- '1d' and '1f' are numbers to Java only, '1_000' to DuckDB only. -#}
    case
        when not regexp_like({{ text }}, '[dDfF]')
            then try_cast(regexp_replace({{ text }}, '([0-9])_(?=[0-9])', '$1') as double)
    end
{%- endmacro %}

{#- The local time that a text without an offset denotes; NULL where it denotes none. -#}
{% macro local_time_of(text) %}{{ return(adapter.dispatch('local_time_of')(text)) }}{% endmacro %}
{% macro duckdb__local_time_of(text) -%}
    try_cast({{ text }} as timestamp)
{%- endmacro %}
{% macro spark__local_time_of(text) -%}
    {#- A year or a month is one to Spark only, the midnight at a day's end to DuckDB only. -#}
    case
        when regexp_like({{ text }}, '^[0-9]+-[0-9]{1,2}-[0-9]{1,2}[ T]24:00:00$')
            then try_cast(left({{ text }}, length({{ text }}) - 9) as timestamp_ntz) + interval 1 day
        when regexp_like({{ text }}, '^[0-9]+-[0-9]{1,2}-[0-9]{1,2}') then try_cast({{ text }} as timestamp_ntz)
    end
{%- endmacro %}

{#-
    A text that a DuckDB expression makes of the column `text`, wherever the rest is computed: for regular expressions,
    which DuckDB matches in linear time, and Java for hours where a text of a million digits is in the way of its
    backtracking.
-#}
{% macro in_duckdb(text, expression) %}{{ return(adapter.dispatch('in_duckdb')(text, expression)) }}{% endmacro %}
{% macro duckdb__in_duckdb(text, expression) -%}
    {{ expression | replace('{text}', text) }}
{%- endmacro %}
{% macro spark__in_duckdb(text, expression) -%}
    {#- A function of the session: dagster_project/spark/functions.py. -#}
    in_duckdb({{ text }}, {{ backslashed_literal(expression | replace('{text}', 'text')) }})
{%- endmacro %}

{#- A literal where backslashes escape. -#}
{% macro backslashed_literal(text) -%}
    '{{ text | replace("\\", "\\\\") | replace("'", "\\'") }}'
{%- endmacro %}
