-- One row per period, kind of promise and policy.
select
    period_grain, period_start, target_kind, policy, met, breached, attainment_rate, p90_late_minutes
from kpi.sla_attainment
where
    period_grain in ('month', 'quarter')
    and period_start >= (select date_trunc('quarter', as_of_date) - interval 24 month from core.as_of)
qualify row_number() over (
    partition by period_grain, period_start, target_kind order by met + breached desc, policy
) <= 8
order by period_grain, period_start, target_kind, attainment_rate, policy
