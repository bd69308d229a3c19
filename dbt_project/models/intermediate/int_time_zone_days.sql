{#-
    A zone moves its clocks on few days: where the offsets at a UTC day's two midnights differ, every minute of the day
    is asked for its own. Two moves on one day that cancel out would stay unseen; no zone has made such since 1970.
-#}
with zones as (
    select distinct time_zone
    from {{ ref('schedules') }}
),

midnights as (
    select
        zones.time_zone,
        days.utc_date,
        cast(days.utc_date as timestamp) as starts_at,
        cast({{ plus_days('days.utc_date', 1) }} as timestamp) as ends_at
    from {{ ref('int_calendar_days') }} as days
    cross join zones
),

offsets as (
    select
        *,
        {{ utc_offset_microseconds('starts_at', 'time_zone') }} as offset_at_start,
        {{ utc_offset_microseconds('ends_at', 'time_zone') }} as offset_at_end
    from midnights
),

minutes as (
    select
        offsets.time_zone,
        offsets.utc_date,
        minutes.minute_of_day * 60000000 as starts,
        {{ plus_microseconds('offsets.starts_at', 'minutes.minute_of_day * 60000000') }} as minute_at
    from offsets
    cross join range(1440) as minutes (minute_of_day)
    where offsets.offset_at_start <> offsets.offset_at_end
),

minute_offsets as (
    select
        *,
        {{ utc_offset_microseconds('minute_at', 'time_zone') }} as utc_offset
    from minutes
)

select
    time_zone,
    utc_date,
    cast(0 as bigint) as starts,
    cast({{ day_microseconds() }} as bigint) as ends,
    offset_at_start as utc_offset
from offsets
where offset_at_start = offset_at_end

union all

select
    time_zone,
    utc_date,
    min(starts) as starts,
    max(starts) + 60000000 as ends,
    utc_offset
from minute_offsets
group by time_zone, utc_date, utc_offset
