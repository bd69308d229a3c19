-- One row per period and kind of self-service.
with periods as (
    select 'month' as period_grain, month_start as period_start, * from kpi.self_service
    union all
    select 'quarter', date_trunc('quarter', month_start)::date, * from kpi.self_service
)

select
    period_grain, period_start, kind, sum(sessions) as sessions,
    case when kind = 'bot' then sum(contained_sessions) else sum(deflected_sessions) end as settled_alone_sessions,
    case
        when kind = 'bot' then sum(contained_sessions) / nullif(sum(containment_settled_sessions), 0)
        else sum(deflected_sessions) / nullif(sum(deflection_settled_sessions), 0)
    end as settled_alone_rate,
    sum(handed_over_sessions) as handed_over_sessions,
    sum(helpful_ratings) / nullif(sum(ratings), 0) as helpful_rate
from periods
where period_start >= (select date_trunc('quarter', as_of_date) - interval 24 month from core.as_of)
group by period_grain, period_start, kind
order by period_grain, period_start, kind
