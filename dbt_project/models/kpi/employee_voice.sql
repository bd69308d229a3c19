select
    cast(date_trunc('month', submitted_on) as date) as month_start,
    topic,
    process_stage,
    cast(count(*) as bigint) as remarks,
    cast(count(score) as bigint) as scored_remarks,
    {{ exact_mean('score') }} as score_mean
from {{ ref('fct_employee_feedback') }}
group by cast(date_trunc('month', submitted_on) as date), topic, process_stage
