-- One row per period and step, the ten that cost customers most time. Visits and minutes of the months of a quarter add up.
with periods as (
    select 'month' as period_grain, period_start, team, status, visits, waiting_minutes
    from kpi.bottleneck
    where period_grain = 'month'
    union all
    select 'quarter', date_trunc('quarter', period_start)::date, team, status, visits, waiting_minutes
    from kpi.bottleneck
    where period_grain = 'month'
),

steps as (
    select
        period_grain, period_start, team, status, sum(visits) as visits,
        sum(waiting_minutes::decimal(38, 12)) as waiting_minutes
    from periods
    where period_start >= (select date_trunc('quarter', as_of_date) - interval 24 month from core.as_of)
    group by period_grain, period_start, team, status
)

select
    period_grain, period_start, team, status, visits, waiting_minutes / 60 as waiting_hours,
    waiting_minutes / visits as minutes_a_visit,
    waiting_minutes / nullif(sum(waiting_minutes) over (partition by period_grain, period_start), 0) as share_of_waiting
from steps
qualify row_number() over (
    partition by period_grain, period_start order by waiting_minutes desc, team, status
) <= 10
order by period_grain, period_start, waiting_minutes desc, team, status
