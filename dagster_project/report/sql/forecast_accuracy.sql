-- One row per forecast of the whole company: how far it was off when tried on the past.
select kpi, statistic, method, periods, mae, mae_ratio, coverage_80, coverage_95, reason
from analysis.kpi_forecast_accuracy
where (is_used or method = 'none') and period_grain = 'week' and dimension = 'overall'
order by kpi, statistic, method
