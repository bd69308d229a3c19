-- One row per course and KPI: is the effect more than chance.
select
    course, kpi, scale, trained_agents, untrained_agents, effect, effect_low, effect_high, corrected_p_value, verdict, reason
from analysis.training_effect_test
order by course, kpi
limit 60
