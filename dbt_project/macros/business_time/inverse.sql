{#-
    The way back: at which instant does a schedule's clock reach a value? A target of 120 business minutes that starts at
    clock c is due when the clock reaches c + 120 * 60000000:

        select {{ instant_at_business_clock('t.due_clock', 'h') }} as due_at
        from targets as t
        left join {{ ref('int_business_hours') }} as h on {{ on_business_hour('t.schedule', 't.due_clock', 'h') }}

    It is the earliest such instant: what is due after the last open minute of a Friday is due when Friday closes, not
    when Monday opens. So a target of no minutes at all that starts while closed has its due instant before its start.
    NULL where the calendar ends (a year after the as-of instant) before the clock gets there.
-#}

{% macro open_hour_microseconds() %}{{ return(3600000000) }}{% endmacro %}

{#- Join condition: the one row of int_business_hours in which a schedule's clock reaches a value (bigint). -#}
{% macro on_business_hour(schedule, clock, hours) -%}
    {{ schedule }} = {{ hours }}.schedule
    and {{ whole_quotient(clock ~ ' - 1', open_hour_microseconds()) }} = {{ hours }}.open_hour
    and {{ hours }}.clock_from < {{ clock }}
    and {{ clock }} <= {{ hours }}.clock_to
{%- endmacro %}

{#- The earliest instant at which the clock reaches the value. -#}
{% macro instant_at_business_clock(clock, hours) -%}
    {{ plus_microseconds(hours ~ '.opened_at', clock ~ ' - ' ~ hours ~ '.clock_from') }}
{%- endmacro %}
