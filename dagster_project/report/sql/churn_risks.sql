-- One row per customer most likely to fall silent, in the order of the spend at stake.
select
    risks.customer_key, health.segment, risks.churn_risk, health.last_activity_on::varchar as last_activity_on,
    health.recent_spend, health.spend_currency, health.unresolved_negative_count
from analysis.churn_risk as risks
left join kpi.customer_health as health using (customer_key)
where risks.risk_decile = 1
qualify row_number() over (
    partition by health.segment
    order by risks.churn_risk * coalesce(health.recent_spend, 0) desc, risks.customer_key
) <= 10
order by risks.churn_risk * coalesce(health.recent_spend, 0) desc, risks.customer_key
