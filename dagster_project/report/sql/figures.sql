-- One row per KPI, statistic, month or quarter of the whole company: what the scorecard shows when nothing is filtered.
select
    kpi, statistic, period_grain, period_start, value, value_low, value_high, sample_size, too_few
from kpi.kpi_value
where
    dimension = 'overall' and period_grain in ('month', 'quarter')
    and period_start >= (select date_trunc('quarter', as_of_date) - interval 24 month from core.as_of)
order by kpi, statistic, period_grain, period_start
