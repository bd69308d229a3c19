select
    initiative_key,
    source,
    name,
    kpi,
    start_at,
    end_at,
    owner_department,
    scope,
    target_value,
    phase,
    milestones
from {{ ref('stg_initiatives') }}
