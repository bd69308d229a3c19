-- One row per month and quarter of the last two years: what the period filter offers.
select dim_period.period_grain, dim_period.period_start, dim_period.last_day, dim_period.is_complete
from core.dim_period
cross join core.as_of
where
    dim_period.period_grain in ('month', 'quarter')
    and dim_period.period_start >= date_trunc('quarter', as_of.as_of_date) - interval 24 month
order by dim_period.period_grain, dim_period.period_start
