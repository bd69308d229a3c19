-- One row per alert in force, the gravest first.
select severity, rule, kpi, dimension, dimension_value, period_start, value, allowed, message
from analysis.alert
order by array_position(['high', 'medium', 'low'], severity), period_start desc, alert_key
limit 40
