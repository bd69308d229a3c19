{#- See macros/business_time/clock.sql for how to read it. A segment that a day does not have is empty: 0 to 0. -#}
with days as (
    select
        schedules.schedule,
        zone_days.utc_date
    from {{ ref('schedules') }} as schedules
    inner join {{ ref('int_time_zone_days') }} as zone_days on schedules.time_zone = zone_days.time_zone
    where zone_days.starts = 0
),

open_days as (
    select
        schedule,
        utc_date,
        {% for segment in range(1, business_segments_per_day() + 1) %}
        max(opens) filter (where segment = {{ segment }}) as open_{{ segment }},
        max(closes) filter (where segment = {{ segment }}) as close_{{ segment }},
        {% endfor %}
        sum(closes - opens) as open_microseconds
    from {{ ref('int_business_segments') }}
    group by schedule, utc_date
)

select
    days.schedule,
    days.utc_date,
    cast(
        coalesce(
            sum(open_days.open_microseconds) over (
                partition by days.schedule
                order by days.utc_date rows between unbounded preceding and 1 preceding
            ),
            0
        ) as bigint
    ) as clock_before,
    {% for segment in range(1, business_segments_per_day() + 1) %}
    coalesce(open_days.open_{{ segment }}, 0) as open_{{ segment }},
    coalesce(open_days.close_{{ segment }}, 0) as close_{{ segment }}{{ ',' if not loop.last }}
    {% endfor %}
from days
left join open_days on days.schedule = open_days.schedule and days.utc_date = open_days.utc_date
