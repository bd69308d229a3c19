{#-
    The steps from an instant's text to the instant: CTEs behind `trimmed`, the last one is `earlier_times`.

    A step per reading, because the readings build on each other and calls into time zones are dear: put into one
    expression they were called up to 30 times an instant; in steps, 3 times, and tickets take 43 % of the time.
-#}
{% macro instant_steps(instants) -%}
local_times as {{ not_materialized() }} (
    select
        *
        {%- for name in instants %},
        {{ to_local(name) }} as _{{ name }}_local
        {%- endfor %}
    from trimmed
),

utc_times as {{ not_materialized() }} (
    select
        *
        {%- for name in instants %},
        {{ to_utc('_' ~ name ~ '_local', '_time_zone') }} as _{{ name }}_utc
        {%- endfor %}
    from local_times
),

checked_times as {{ not_materialized() }} (
    select
        *
        {%- for name in instants %},
        {{ is_nonexistent('_' ~ name ~ '_local', '_' ~ name ~ '_utc', '_time_zone') }} as _{{ name }}_is_nonexistent,
        {{ is_near_change('_' ~ name ~ '_local', '_' ~ name ~ '_utc', '_time_zone') }} as _{{ name }}_is_near_change
        {%- endfor %}
    from utc_times
),

earlier_times as {{ not_materialized() }} (
    select
        *
        {%- for name in instants %},
        {{ earlier_reading('_' ~ name ~ '_local', '_' ~ name ~ '_utc', '_' ~ name ~ '_is_near_change', '_time_zone') }}
            as _{{ name }}_earlier
        {%- endfor %}
    from checked_times
)
{%- endmacro %}
