select
    sessions.self_service_session_key,
    sessions.source,
    sessions.kind,
    coalesce(sessions.customer_key, 'unknown') as customer_key,
    coalesce(customers.segment, 'unknown') as segment,
    coalesce(sessions.topic, 'unknown') as topic,
    sessions.article_key,
    sessions.handed_over_ticket_key,
    sessions.handed_over_ticket_key is not null as is_handed_over,
    sessions.rated_helpful as is_rated_helpful,
    sessions.started_at,
    {{ reporting_date('sessions.started_at') }} as started_on,
    sessions.ended_at,
    {{ minutes_between('sessions.started_at', 'sessions.ended_at') }} as session_minutes
from {{ ref('stg_self_service_sessions') }} as sessions
left join {{ ref('dim_customer') }} as customers on sessions.customer_key = customers.customer_key
