-- One row per KPI, statistic, grain and scope with a target or a benchmark, as the newest scorecard states them.
select
    kpi, statistic, period_grain, period_start, dimension, dimension_value, target_value, benchmark_value,
    benchmark_publisher, status
from kpi.scorecard
where
    period_grain in ('month', 'quarter')
    and (dimension = 'overall' or (target_value is not null and dimension in ('channel', 'team', 'segment')))
order by all
