-- One row per KPI that has a target, month or quarter, and value of one dimension: what is shown where one filter is set,
-- medians exact. Combinations are summed from the cube.
select kpi, statistic, period_grain, period_start, dimension, dimension_value, value, sample_size, too_few
from kpi.kpi_value
where
    (kpi, statistic) in (select kpi, statistic from kpi.scorecard where target_value is not null)
    and period_grain in ('month', 'quarter')
    and period_start >= (select date_trunc('quarter', as_of_date) - interval 24 month from core.as_of)
    and (dimension, dimension_value) in (select dimension, value from largest)
order by all
