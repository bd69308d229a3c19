{#-
    A zone moves its clocks on few days: where the offsets at a UTC day's two midnights differ, every minute of the day
    is asked for its own. Two moves on one day that cancel out would stay unseen; no zone has made such since 1970.
-#}
with zones as (
    select distinct time_zone
    from {{ ref('schedules') }}
),

bounds as (
    select
        least(min(tickets.created_at), min(events.first_at)) as first_at,
        -- nothing that was accepted lies outside, even where an earlier as-of instant is configured
        greatest(min(as_of.as_of), min(accepted.newest_at)) as last_at
    from {{ ref('int_tickets_united') }} as tickets
    cross join (
        select min(occurred_at) as first_at
        from {{ ref('stg_ticket_events') }}
    ) as events
    cross join {{ ref('int_as_of') }} as as_of
    cross join (
        select max(newest_at) as newest_at
        from {{ ref('row_outcome') }}
        where outcome = 'accepted'
    ) as accepted
),

days as (
    select
        {{ days_between(plus_days('cast(first_at as date)', -1), plus_days('cast(last_at as date)', calendar_days_ahead())) }} as utc_date
    from bounds
),

midnights as (
    select
        zones.time_zone,
        days.utc_date,
        cast(days.utc_date as timestamp) as starts_at,
        cast({{ plus_days('days.utc_date', 1) }} as timestamp) as ends_at
    from days
    cross join zones
),

offsets as (
    select
        *,
        {{ microseconds_of(local_from_utc('starts_at', 'time_zone')) }} - {{ microseconds_of('starts_at') }} as offset_at_start,
        {{ microseconds_of(local_from_utc('ends_at', 'time_zone')) }} - {{ microseconds_of('ends_at') }} as offset_at_end
    from midnights
),

minutes as (
    select
        offsets.time_zone,
        offsets.utc_date,
        minutes.minute_of_day * 60000000 as microsecond,
        {{ plus_microseconds('offsets.starts_at', 'minutes.minute_of_day * 60000000') }} as minute_at
    from offsets
    cross join range(1440) as minutes (minute_of_day)
    where offsets.offset_at_start <> offsets.offset_at_end
),

minute_offsets as (
    select
        *,
        {{ microseconds_of(local_from_utc('minute_at', 'time_zone')) }} - {{ microseconds_of('minute_at') }} as utc_offset
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
    min(microsecond) as starts,
    max(microsecond) + 60000000 as ends,
    utc_offset
from minute_offsets
group by time_zone, utc_date, utc_offset
