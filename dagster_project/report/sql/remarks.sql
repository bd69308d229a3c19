-- One row per period, topic and stage of what employees remarked, the most frequent first.
with periods as (
    select 'month' as period_grain, month_start as period_start, * from kpi.employee_voice
    union all
    select 'quarter', date_trunc('quarter', month_start)::date, * from kpi.employee_voice
)

select
    period_grain, period_start, topic, process_stage, sum(remarks) as remarks,
    sum((score_mean * scored_remarks)::decimal(38, 12)) / nullif(sum(scored_remarks), 0) as score_mean
from periods
where period_start >= (select date_trunc('quarter', as_of_date) - interval 24 month from core.as_of)
group by period_grain, period_start, topic, process_stage
qualify row_number() over (
    partition by period_grain, period_start order by sum(remarks) desc, topic, process_stage
) <= 10
order by period_grain, period_start, remarks desc, topic, process_stage
