-- One row per initiative: what the KPI it should move did in its scope and in the rest, and the verdict.
select
    initiative, started_on, kpi, statistic, scale, scope_before, scope_after, control_before, control_after,
    target_value, initiative_impact as impact, impact_low, impact_high, corrected_p_value, verdict, reason,
    initiative_impact / case when scale = 'ratio' then 1 else nullif(abs(scope_before), 0) end as relative_impact,
    impact_low / case when scale = 'ratio' then 1 else nullif(abs(scope_before), 0) end as relative_low,
    impact_high / case when scale = 'ratio' then 1 else nullif(abs(scope_before), 0) end as relative_high
from analysis.initiative_impact
where role = 'target'
order by started_on desc, initiative_key
limit 20
