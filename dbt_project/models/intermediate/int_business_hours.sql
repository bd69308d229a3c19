{#-
    See macros/business_time/inverse.sql for how to read it. A segment moves its schedule's clock on from clock_from
    (not included) to clock_to (included); it is listed under every open hour in which some of those readings lie, so
    that a reading finds its segment by equality.
-#}
with segments as (
    select
        schedule,
        {{ plus_microseconds('cast(utc_date as timestamp)', 'opens') }} as opened_at,
        closes - opens as open_microseconds,
        cast(
            sum(closes - opens) over (
                partition by schedule
                order by utc_date, segment rows between unbounded preceding and current row
            ) as bigint
        ) as clock_to
    from {{ ref('int_business_segments') }}
),

clocked as (
    select
        schedule,
        opened_at,
        clock_to - open_microseconds as clock_from,
        clock_to,
        {{ whole_quotient('clock_to - open_microseconds', open_hour_microseconds()) }} as first_open_hour,
        {{ whole_quotient('clock_to - 1', open_hour_microseconds()) }} as last_open_hour
    from segments
)

-- a day of 24 hours touches 25 open hours at most
select
    clocked.schedule,
    clocked.first_open_hour + hours.position as open_hour,
    clocked.opened_at,
    clocked.clock_from,
    clocked.clock_to
from clocked
inner join range(25) as hours (position)
    on hours.position <= clocked.last_open_hour - clocked.first_open_hour
