select
    customer_key,
    valid_from,
    valid_to,
    coalesce(segment, 'unknown') as segment,
    coalesce(plan, 'unknown') as plan,
    coalesce(usage_level, 'unknown') as usage_level
from {{ ref('int_customer_versions') }}
