-- One row per period and step, the ten that cost customers most time.
select
    period_grain, period_start, bottleneck_rank, team, status, tickets, waiting_minutes / 60 as waiting_hours,
    share_of_waiting, median_visit_minutes
from kpi.bottleneck
where
    period_grain in ('month', 'quarter')
    and period_start >= (select date_trunc('quarter', as_of_date) - interval 24 month from core.as_of)
qualify row_number() over (partition by period_grain, period_start order by bottleneck_rank, team, status) <= 10
order by period_grain, period_start, bottleneck_rank, team, status
