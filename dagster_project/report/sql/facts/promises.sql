-- One row per month, channel, team and segment with a promise that was kept or broken.
select
    date_trunc('month', started_on)::date as month, channel, team, segment,
    count(*) filter (where status = 'met') as sla_attainment_rate_numerator,
    count(*) as sla_attainment_rate_denominator
from core.fct_sla_target
where status in ('met', 'breached')
group by all
