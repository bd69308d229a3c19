-- One row per gate of the run that is published, in the order in which they stand.
select
    gate, count(*) filter (where outcome = 'passed') as passed_checks,
    count(*) filter (where outcome <> 'passed') as warned_checks
from quality.gate_result
where run_id = $run
group by gate
order by array_position(['landed', 'facts', 'marts', 'findings'], gate)
