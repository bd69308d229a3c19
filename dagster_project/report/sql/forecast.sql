-- One row per forecast series and week: half a year that was, eight weeks that are expected.
with ahead as (
    select *
    from analysis.kpi_forecast
    where
        period_grain = 'week'
        and (dimension = 'overall' or (dimension, dimension_value) in (select dimension, value from largest))
),

series as (
    select kpi, statistic, dimension, dimension_value, min(period_start) as begins_on
    from ahead
    group by all
),

past as (
    select figures.*
    from kpi.kpi_value as figures
    inner join series using (kpi, statistic, dimension, dimension_value)
    where
        figures.period_grain = 'week' and figures.period_start < series.begins_on
        and figures.period_start >= series.begins_on - interval 26 week
)

select
    kpi, statistic, dimension, dimension_value, period_start::varchar as period, false as is_forecast, value,
    null::double as low_80, null::double as high_80, null::double as low_95, null::double as high_95
from past
union all
select
    kpi, statistic, dimension, dimension_value, period_start::varchar, true, value, low_80, high_80, low_95, high_95
from ahead
order by kpi, statistic, dimension, dimension_value, period
