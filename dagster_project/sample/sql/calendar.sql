-- One row per hour of the company's life: how busy it is, whether the service is open, and the days that stand out.

create table holiday as
select unnest(['2025-01-01', '2025-04-18', '2025-04-21', '2025-05-01', '2025-05-29', '2025-06-09', '2025-10-03',
               '2025-12-25', '2025-12-26', '2026-01-01', '2026-04-03', '2026-04-06', '2026-05-01', '2026-05-14',
               '2026-05-25'])::date as day;

-- Planted: three anomalous days, each with the one thing that caused it.
create table spike (spike_id int, day date, channel varchar, category varchar, product varchar, cause varchar);
insert into spike values
    (1, '2025-09-17', 'app', 'technical', 'Mobile App', 'a broken app release'),
    (2, '2026-02-10', 'phone', 'billing', 'Lark Plus', 'the monthly fee charged twice'),
    (3, '2026-05-06', 'email', 'delivery', 'Robot Vacuum', 'a parcel carrier on strike');

create table hour as
with grid as (
    -- a year more than the company lived, so that work planned at the end still finds an opening hour
    select h::int as h, getvariable('start') + 3600 * h as moment, berlin(moment) as local
    from range((getvariable('stop') - getvariable('start')) // 3600 + 365 * 24) t(h)
),

profile as (
    select
        *,
        local::date as day,
        isodow(local) as weekday,
        extract(hour from local)::int as hour,
        (day not in (from holiday)
         and (weekday <= 5 and hour between 8 and 19 or weekday = 6 and hour between 9 and 15))::int as is_open,
        [2, 1, 1, 1, 1, 3, 8, 20, 45, 70, 85, 80, 62, 60, 66, 68, 62, 55, 48, 42, 36, 26, 14, 6][hour + 1]
        * [1.25, 1.12, 1.05, 1.0, 0.95, 0.62, 0.45][weekday]
        * case
            when day in (from holiday) then 0.4
            when day between '2025-11-24' and '2025-12-02' then 1.5  -- Black Friday
            when month(day) = 12 and day(day) between 3 and 23 then 1.25
            when month(day) = 1 and day(day) between 2 and 16 then 1.2  -- presents come back
            when month(day) in (7, 8) then 0.88
            else 1
        end
        * (1 + 0.25 * h * 3600 / (getvariable('stop') - getvariable('start')))
        * exp(0.05 * z(epoch(day)::bigint, 'day')) as busy
    from grid
)

select
    profile.h, profile.moment, profile.day, profile.hour, profile.is_open, spike.spike_id,
    -- nothing is created in the hour that local clocks show twice: the export has no offset to tell which one it was
    case
        when profile.moment >= getvariable('stop') then 0
        when profile.local between '2025-10-26 02:00' and '2025-10-26 02:59:59' then 0
        else round(1000 * busy)::bigint
    end as weight,
    case when spike_id is not null and hour between 8 and 19 then (weight * getvariable('spike_extra'))::bigint else 0 end
        as spike_weight,
    -- phone and chat queues are longer around noon and on Mondays
    0.6 + case when hour between 10 and 12 then 0.9 when hour between 13 and 16 then 0.4 else 0 end
    + case when weekday = 1 then 0.4 else 0 end as load
from profile
left join spike on spike.day = profile.day and getvariable('spike_extra') > 0;

-- Where a uniform draw over all weights lands.
create table arrival_hour as
select moment, weight, spike_id, (sum(weight + spike_weight) over (order by h) - weight - spike_weight)::bigint as mark
from hour
where weight > 0;

set variable total_weight = (select sum(weight + spike_weight)::bigint from hour);
set variable is_open = (select list(is_open order by h) from hour where moment < getvariable('stop'));
set variable load = (select list(load order by h) from hour where moment < getvariable('stop'));
set variable open_at = (select list(moment order by h) from hour where is_open = 1);

-- Days of 24 hours from the company's first instant on, as functions.sql counts them.
create table opening_day as
select
    h // 24 as d, 3600 * sum(is_open)::bigint as seconds,
    coalesce(min(moment) filter (where is_open = 1), min(moment)) as opens_at
from hour
group by all;

set variable opens_at = (select list(opens_at order by d) from opening_day);
set variable open_seconds = (select list(seconds order by d) from opening_day);
set variable open_before = (
    select list(n order by d) from (select d, (sum(seconds) over (order by d) - seconds)::bigint as n from opening_day)
);
