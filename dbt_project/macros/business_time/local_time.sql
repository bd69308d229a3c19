{#- Microseconds since midnight of a local time 'HH:MM'; '24:00' is the end of the day. -#}
{% macro microseconds_of_hh_mm(time) -%}
    (cast(substring({{ time }}, 1, 2) as bigint) * 60 + cast(substring({{ time }}, 4, 2) as bigint)) * 60000000
{%- endmacro %}

{#- Microseconds that a zone's local time is ahead of UTC at an instant. -#}
{% macro utc_offset_microseconds(instant, zone) -%}
    {{ microseconds_of(local_from_utc(instant, zone)) }} - {{ microseconds_of(instant) }}
{%- endmacro %}
