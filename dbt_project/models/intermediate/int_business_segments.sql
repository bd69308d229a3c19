{#-
    Open is what lies inside an interval of its local date on the local wall clock: what runs past midnight belongs to
    the next date from there on, a holiday closes its whole date, an hour that autumn shows twice is open twice and one
    that spring leaves out never is. Local intervals are cut with the spans of constant UTC offset; all in microseconds
    of the UTC day.
-#}
{% set day = day_microseconds() %}
with hours as (
    select
        schedule,
        iso_day_of_week,
        {{ microseconds_of_hh_mm('opens_at') }} as opens,
        {{ microseconds_of_hh_mm('closes_at') }} as closes
    from {{ ref('schedule_hours') }}
),

split_at_midnight as (
    select
        schedule,
        iso_day_of_week,
        opens,
        case when closes <= opens then {{ day }} else closes end as closes
    from hours

    union all

    select
        schedule,
        iso_day_of_week % 7 + 1 as iso_day_of_week,
        0 as opens,
        closes
    from hours
    where closes <= opens
),

-- a UTC day overlaps three local dates at most
local_days as (
    select
        schedules.schedule,
        zone_days.utc_date,
        zone_days.starts,
        zone_days.ends,
        {{ plus_days('zone_days.utc_date', 'shifts.position - 1') }} as local_date,
        (shifts.position - 1) * {{ day }} - zone_days.utc_offset as local_midnight
    from {{ ref('schedules') }} as schedules
    inner join {{ ref('int_time_zone_days') }} as zone_days on schedules.time_zone = zone_days.time_zone
    cross join range(3) as shifts (position)
),

-- distinct: rows that tie would come in any order, and not in the same one twice
pieces as (
    select distinct
        local_days.schedule,
        local_days.utc_date,
        greatest(local_days.starts, local_days.local_midnight + hours.opens) as opens,
        least(local_days.ends, local_days.local_midnight + hours.closes) as closes
    from local_days
    inner join split_at_midnight as hours
        on
            local_days.schedule = hours.schedule
            and {{ iso_day_of_week('local_days.local_date') }} = hours.iso_day_of_week
    left join {{ ref('schedule_holidays') }} as holidays
        on local_days.schedule = holidays.schedule and local_days.local_date = holidays.holiday
    where holidays.holiday is null
),

in_order as (
    select
        *,
        max(closes) over (
            partition by schedule, utc_date
            order by opens, closes rows between unbounded preceding and 1 preceding
        ) as closed_before
    from pieces
    where opens < closes
),

numbered as (
    select
        *,
        sum(case when opens <= closed_before then 0 else 1 end) over (
            partition by schedule, utc_date
            order by opens, closes rows between unbounded preceding and current row
        ) as segment
    from in_order
)

select
    schedule,
    utc_date,
    cast(segment as integer) as segment,
    min(opens) as opens,
    max(closes) as closes
from numbered
group by schedule, utc_date, segment
