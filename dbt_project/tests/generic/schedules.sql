{#- Opening hours that would be counted wrongly, or not at all. -#}

{% test is_time_zone(model, column_name) %}
select {{ column_name }}
from {{ model }}
where {{ column_name }} not in ({{ known_time_zones() }})
{% endtest %}

{#- Opening from 00:00 to 23:59, closing from 00:00 to 24:00. -#}
{% test times_are_hh_mm(model, opens_at, closes_at) %}
select *
from {{ model }}
where
    {% for time in (opens_at, closes_at) %}
    not coalesce(
        length({{ time }}) = 5
        and substring({{ time }}, 3, 1) = ':'
        and try_cast(substring({{ time }}, 1, 2) as integer) between 0 and 23
        and try_cast(substring({{ time }}, 4, 2) as integer) between 0 and 59
        {% if time == closes_at %}or {{ time }} = '24:00'{% endif %},
        false
    )
    {{ 'or' if not loop.last }}
    {% endfor %}
{% endtest %}

{#- The week is a circle: an interval that runs past Sunday's midnight meets those of Monday. -#}
{% test weekly_hours_do_not_overlap(model) %}
with minutes as (
    select
        schedule,
        iso_day_of_week,
        opens_at,
        closes_at,
        (iso_day_of_week - 1) * 1440
        + try_cast(substring(opens_at, 1, 2) as integer) * 60 + try_cast(substring(opens_at, 4, 2) as integer)
            as opens_minute,
        (iso_day_of_week - 1) * 1440
        + try_cast(substring(closes_at, 1, 2) as integer) * 60 + try_cast(substring(closes_at, 4, 2) as integer)
        + case when closes_at <= opens_at then 1440 else 0 end as closes_minute
    from {{ model }}
),

in_order as (
    select
        *,
        lead(opens_minute) over (partition by schedule order by opens_minute, closes_minute) as next_opens_minute,
        min(opens_minute) over (partition by schedule) + 7 * 1440 as next_week_opens_minute
    from minutes
)

select *
from in_order
where closes_minute > coalesce(next_opens_minute, next_week_opens_minute)
{% endtest %}

{#- A row that no condition guards decides for every row behind it; without one at the end some cases have no answer. -#}
{% test only_the_last_row_catches_all(model, conditions) %}
with rows_in_order as (
    select
        coalesce({{ conditions | join(', ') }}) is null as catches_all,
        lead(position) over (order by position) is null as is_last
    from {{ model }}
)

select count(*) as row_count
from rows_in_order
having count(*) filter (where is_last and catches_all) <> 1 or count(*) filter (where catches_all) <> 1
{% endtest %}

{#- int_business_days has columns for so many segments and no more. -#}
{% test segments_fit_the_calendar(model) %}
select *
from {{ model }}
where segment > {{ business_segments_per_day() }}
{% endtest %}
