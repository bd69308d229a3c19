select
    cast(date_trunc('month', started_on) as date) as month_start,
    kind,
    topic,
    cast(count(*) as bigint) as sessions,
    cast(count(distinct case when customer_key <> 'unknown' then customer_key end) as bigint) as known_customers,
    cast(count(is_rated_helpful) as bigint) as ratings,
    cast(count(*) filter (where is_rated_helpful) as bigint) as helpful_ratings,
    cast(count(*) filter (where is_deflection_settled) as bigint) as deflection_settled_sessions,
    cast(count(*) filter (where is_deflection_settled and is_deflected) as bigint) as deflected_sessions,
    cast(count(*) filter (where is_containment_settled) as bigint) as containment_settled_sessions,
    cast(count(*) filter (where is_containment_settled and is_contained) as bigint) as contained_sessions,
    cast(count(*) filter (where is_handed_over) as bigint) as handed_over_sessions
from {{ ref('fct_self_service_session') }}
group by cast(date_trunc('month', started_on) as date), kind, topic
