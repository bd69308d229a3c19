-- One row per risk of an initiative, the gravest first.
select initiative, area, risk, likelihood, effect, counter_measure, owner, verdict, guardrails_worse
from analysis.initiative_risk
order by
    array_position(['high', 'medium', 'low'], likelihood) + array_position(['high', 'medium', 'low'], effect),
    initiative_key, area, risk
limit 40
