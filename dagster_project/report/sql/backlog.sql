-- One row per month's last day, value of one dimension and age of open tickets.
with month_ends as (
    select strftime(date_day, '%Y-%m') as period, *
    from kpi.backlog_daily
    where
        (dimension = 'overall' or (dimension, dimension_value) in (select dimension, value from largest))
        and date_day >= (select date_trunc('quarter', as_of_date) - interval 24 month from core.as_of)
    qualify row_number() over (
        partition by date_trunc('month', date_day), dimension, dimension_value order by date_day desc
    ) = 1
)

select
    period, dimension, dimension_value, replace(age, 'backlog_', '') as age, tickets,
    array_position(
        ['under_1_day', '1_to_3_days', '3_to_7_days', '7_to_30_days', 'over_30_days'], replace(age, 'backlog_', '')
    ) as age_position
from (
    unpivot month_ends on
        backlog_under_1_day, backlog_1_to_3_days, backlog_3_to_7_days, backlog_7_to_30_days, backlog_over_30_days
    into name age value tickets
)
order by period, dimension, dimension_value, age_position
