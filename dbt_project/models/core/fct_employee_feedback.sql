select
    employee_feedback_key,
    source,
    coalesce(agent_key, 'unknown') as agent_key,
    coalesce(process_stage, 'unknown') as process_stage,
    coalesce(topic, 'unknown') as topic,
    score,
    submitted_at,
    {{ reporting_date('submitted_at') }} as submitted_on
from {{ ref('stg_employee_feedback') }}
