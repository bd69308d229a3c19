-- One row per KPI that rises or falls week by week beyond chance.
select kpi, statistic, level, slope_per_week, slope_low, slope_high, weeks
from analysis.kpi_trend
where
    dimension = 'overall' and statistic in ('median', 'rate', 'index', 'count')
    and (slope_low > 0 or slope_high < 0)
order by trend_strength desc, kpi, statistic
limit 15
