-- One row per initiative and KPI that it must not worsen.
select
    initiative, kpi, statistic, scale, scope_before, scope_after, initiative_impact as impact, impact_low, impact_high,
    corrected_p_value, verdict
from analysis.initiative_impact
where role = 'guardrail'
order by started_on desc, initiative_key, kpi
limit 60
