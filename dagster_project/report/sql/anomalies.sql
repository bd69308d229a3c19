-- One row per day on which a KPI left its expected band, with what explains most of it.
select
    found.date_day, date_trunc('quarter', found.date_day)::date as quarter_start, found.kpi, found.value, found.expected,
    found.band_low, found.band_high, found.deviation, case when found.is_worse then 'worse' else 'better' end as direction,
    main.dimension as driver_dimension, main.dimension_value as driver_value, main.share_of_deviation
from analysis.kpi_anomaly as found
left join analysis.kpi_anomaly_driver as main
    on
        found.kpi = main.kpi and found.statistic = main.statistic and found.date_day = main.date_day
        and main.driver_rank = 1
where found.date_day >= (select date_trunc('quarter', as_of_date) - interval 24 month from core.as_of)
order by found.date_day desc, found.kpi, found.statistic
limit 200
