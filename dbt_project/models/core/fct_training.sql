select
    training_key,
    source,
    agent_key,
    course,
    score,
    completed_at,
    {{ reporting_date('completed_at') }} as completed_on
from {{ ref('stg_trainings') }}
