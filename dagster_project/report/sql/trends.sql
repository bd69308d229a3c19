-- One row per KPI that rises or falls week by week beyond chance.
select kpi, statistic, level, 13 * slope_per_week as change, 13 * slope_low as change_low,
    13 * slope_high as change_high, weeks
from analysis.kpi_trend
where
    dimension = 'overall' and statistic in ('median', 'rate', 'index', 'count')
    and (slope_low > 0 or slope_high < 0)
order by trend_strength desc, kpi, statistic
limit 15
