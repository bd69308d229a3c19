select
    usage_event_key,
    source,
    coalesce(customer_key, 'unknown') as customer_key,
    occurred_at,
    {{ reporting_date('occurred_at') }} as occurred_on,
    page_or_feature,
    action,
    session_id
from {{ ref('stg_usage_events') }}
