-- One row per check of the published run that did not pass.
select gate, layer || '.' || table_name as checked_table, check_name, severity, observed, allowed, risk
from quality.gate_result
where run_id = $run and outcome <> 'passed'
order by all
limit 50
