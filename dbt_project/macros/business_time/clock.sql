{#-
    Business time. Every schedule has a clock that counts its open microseconds and stands still while it is closed.
    Read it at both ends of a span, and the business duration is a subtraction:

        select {{ business_minutes_between(business_clock('t.created_at', 'd0'), business_clock('t.solved_at', 'd1')) }}
        from tickets as t
        left join {{ ref('int_business_days') }} as d0 on {{ on_business_day('t.schedule', 't.created_at', 'd0') }}
        left join {{ ref('int_business_days') }} as d1 on {{ on_business_day('t.schedule', 't.solved_at', 'd1') }}

    Or store the clock beside the instant once (a bigint) and subtract stored clocks. Left-join always: the clock of an
    instant that is NULL or that the calendar does not hold is NULL. The clocks of two schedules have nothing in common:
    where a span's ends are compared, both must be read from the same one.
-#}

{#- Open segments that the calendar holds for a UTC day. -#}
{% macro business_segments_per_day() %}{{ return(8) }}{% endmacro %}

{#- Days beyond the as-of instant that the calendar holds, so that due instants can be looked up. -#}
{% macro calendar_days_ahead() %}{{ return(366) }}{% endmacro %}

{% macro day_microseconds() %}{{ return(86400000000) }}{% endmacro %}

{#- Join condition: the row of int_business_days that an instant (UTC) of a schedule falls into. -#}
{% macro on_business_day(schedule, instant, days) -%}
    {{ schedule }} = {{ days }}.schedule and cast({{ instant }} as date) = {{ days }}.utc_date
{%- endmacro %}

{#-
    The schedule's clock at an instant: its open microseconds since the calendar began (bigint). Most days are open once;
    what further segments add is worked out only for those that have any.
-#}
{% macro business_clock(instant, days) -%}
    ({{ days }}.clock_before
        + {{ open_before(instant, days, 1) }}
        + case when {{ days }}.close_2 = 0 then 0 else
        {%- for segment in range(2, business_segments_per_day() + 1) %}
            {{ '+ ' if not loop.first }}{{ open_before(instant, days, segment) }}
        {%- endfor %}
        end)
{%- endmacro %}

{#- A day's open microseconds within one segment, up to an instant. -#}
{% macro open_before(instant, days, segment) -%}
    greatest(0, least({{ microsecond_of_day(instant) }}, {{ days }}.close_{{ segment }}) - {{ days }}.open_{{ segment }})
{%- endmacro %}

{#- Exact business minutes between two readings of one schedule's clock. -#}
{% macro business_minutes_between(from_clock, to_clock) -%}
    (cast(({{ to_clock }}) - ({{ from_clock }}) as double) / 60000000)
{%- endmacro %}
