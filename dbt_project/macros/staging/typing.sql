{#- Text → typed values. Each gives NULL where the text is no such value; the caller turns that into a reason. -#}

{% macro to_number(text) -%}
    {#- 'nan', 'inf' and 'infinity' are numbers to an engine, not to a contract; no proper number contains an n. -#}
    case when lower({{ text }}) not like '%n%' then try_cast({{ text }} as double) end
{%- endmacro %}

{% macro to_integer(text) -%}
    {#- Engines round or truncate a fraction; here it is no integer. -#}
    case
        when {{ to_number(text) }} = floor({{ to_number(text) }}) then try_cast(floor({{ to_number(text) }}) as bigint)
    end
{%- endmacro %}

{% macro to_boolean(text) -%}
    case
        when lower({{ text }}) in ('true', 't', 'yes', 'y', '1') then true
        when lower({{ text }}) in ('false', 'f', 'no', 'n', '0') then false
    end
{%- endmacro %}

{% macro to_enumeration(text) -%}
    lower(replace(replace({{ text }}, ' ', '_'), '-', '_'))
{%- endmacro %}

{% macro has_offset(text) -%}
    {#- Behind the first colon of an ISO 8601 instant only an offset has a sign. -#}
    ({{ text }} like '%Z' or {{ text }} like '%:%+%' or {{ text }} like '%:%-%')
{%- endmacro %}

{% macro to_local(text) -%}
    {#- 'infinity' and 'epoch' are timestamps to an engine; a date begins with a digit. -#}
    case
        when not {{ has_offset(text) }} and left({{ text }}, 1) between '0' and '9'
            then try_cast({{ text }} as timestamp)
    end
{%- endmacro %}

{#- Whether a local time occurs twice, because clocks were set back by 30 minutes, one or two hours. -#}
{% macro is_ambiguous(local_at, zone) -%}
    ({% for shift in ['30 minute', '1 hour', '2 hour'] -%}
        {{ local_from_utc(utc_from_local(local_at, zone) ~ " - interval '" ~ shift ~ "'", zone) }} = {{ local_at }}
        {%- if not loop.last %} or {% endif %}
    {%- endfor %})
{%- endmacro %}

{#- Whether a local time was skipped, because clocks were set forward. -#}
{% macro is_nonexistent(local_at, zone) -%}
    {{ local_from_utc(utc_from_local(local_at, zone), zone) }} <> {{ local_at }}
{%- endmacro %}

{#- The instant of a text: by its own offset, else local time of the source's zone. Of two readings the earlier one. -#}
{% macro to_instant(text, local_at, zone) -%}
    case
        when {{ has_offset(text) }} then {{ instant_with_offset(text) }}
        when {{ zone }} = 'UTC' then {{ local_at }}
        {% for shift in ['2 hour', '1 hour', '30 minute'] -%}
            {%- set earlier = utc_from_local(local_at, zone) ~ " - interval '" ~ shift ~ "'" -%}
        when {{ local_from_utc(earlier, zone) }} = {{ local_at }} then {{ earlier }}
        {% endfor -%}
        else {{ utc_from_local(local_at, zone) }}
    end
{%- endmacro %}
