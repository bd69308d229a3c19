-- One row per course, team and KPI: the newest complete cohort, trained against untrained agents.
select
    course, team, cohort_month, kpi, trained_agents, untrained_agents, trained_before, trained_after,
    untrained_before, untrained_after, training_effect
from kpi.training_effect
where is_complete and training_effect is not null and least(trained_before_n, trained_after_n) >= 20
    and least(untrained_before_n, untrained_after_n) >= 20
qualify row_number() over (partition by course, team, kpi order by cohort_month desc) = 1
order by course, team, kpi
limit 40
