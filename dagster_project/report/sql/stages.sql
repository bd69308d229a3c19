-- One row per process stage, overall and by one value of one dimension.
select
    stage_number, stage, dimension, dimension_value, reached_tickets, completed_tickets, dropped_out_tickets,
    drop_out_rate, median_minutes, p90_minutes, median_minutes / 60 as median_hours
from kpi.process_stage
where dimension = 'overall' or (dimension, dimension_value) in (select dimension, value from largest)
order by dimension, dimension_value, stage_number
