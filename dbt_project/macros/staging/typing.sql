{#- Text → typed values. Each gives NULL where the text is no such value; the caller turns that into a reason. -#}

{% macro to_number(text) -%}
    {#- 'nan', 'inf' and 'infinity' are numbers to an engine, not to a contract; no proper number contains an n. -#}
    case when lower({{ text }}) not like '%n%' then {{ number_of(text) }} end
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
            then {{ local_time_of(text) }}
    end
{%- endmacro %}

{#- The reading of a local time as UTC; NULL where it needs none, because the text says UTC or an offset.
    An engine may stop at years it has no zones for. -#}
{% macro to_utc(local_at, zone) -%}
    case
        when {{ zone }} <> 'UTC' and {{ local_at }} between timestamp '0001-01-01' and timestamp '9999-12-31 23:59:59'
            then {{ utc_from_local(local_at, zone) }}
    end
{%- endmacro %}

{#- Whether a local time was skipped, because clocks were set forward. -#}
{% macro is_nonexistent(local_at, utc_at, zone) -%}
    case when {{ utc_at }} is not null then {{ local_from_utc(utc_at, zone) }} <> {{ local_at }} end
{%- endmacro %}

{#- Whether clocks were changed in the two hours before: only then can a local time have an earlier reading. -#}
{% macro is_near_change(local_at, utc_at, zone) -%}
    {%- set before = " - interval '2 hour'" -%}
    case when {{ utc_at }} is not null then {{ local_from_utc(utc_at ~ before, zone) }} <> {{ local_at ~ before }} end
{%- endmacro %}

{#- The earlier instant of a local time that occurs twice, because clocks were set back by 30 minutes, one or two hours;
    NULL of any other. -#}
{% macro earlier_reading(local_at, utc_at, near_change, zone) -%}
    case
        when {{ near_change }}
            then case
                {% for shift in ['2 hour', '1 hour', '30 minute'] -%}
                {%- set earlier = utc_at ~ " - interval '" ~ shift ~ "'" -%}
                when {{ local_from_utc(earlier, zone) }} = {{ local_at }} then {{ earlier }}
                {% endfor -%}
            end
    end
{%- endmacro %}

{#- The instant of a text: by its own offset, else local time of the source's zone. Of two readings the earlier one. -#}
{% macro to_instant(text, local_at, utc_at, earlier_at) -%}
    case
        when {{ local_at }} is not null then coalesce({{ earlier_at }}, {{ utc_at }}, {{ local_at }})
        when {{ has_offset(text) }} then {{ instant_with_offset(text) }}
    end
{%- endmacro %}
