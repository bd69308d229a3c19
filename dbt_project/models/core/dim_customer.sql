with profiles as (
    select * from {{ ref('stg_customers') }}
),

mentioned as (
    {% for model in ['int_tickets_united', 'stg_survey_invitations', 'stg_survey_responses', 'stg_social_posts',
                     'stg_orders', 'stg_usage_events', 'stg_self_service_sessions'] %}
    select
        customer_key,
        source
    from {{ ref(model) }}
    where customer_key is not null
    group by all
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

inferred as (
    select
        mentioned.customer_key,
        min(mentioned.source) as source
    from mentioned
    left join profiles on mentioned.customer_key = profiles.customer_key
    where profiles.customer_key is null
    group by mentioned.customer_key
),

without_profile as (
    select
        customer_key,
        source
    from inferred

    union all

    select
        'unknown' as customer_key,
        'unknown' as source
)

select
    customer_key,
    source,
    coalesce(country, 'unknown') as country,
    coalesce(language, 'unknown') as language,
    coalesce(segment, 'unknown') as segment,
    coalesce(plan, 'unknown') as plan,
    coalesce(usage_level, 'unknown') as usage_level,
    signup_at,
    churned_at,
    true as has_profile
from profiles

union all

select
    customer_key,
    source,
    'unknown' as country,
    'unknown' as language,
    'unknown' as segment,
    'unknown' as plan,
    'unknown' as usage_level,
    cast(null as timestamp) as signup_at,
    cast(null as timestamp) as churned_at,
    false as has_profile
from without_profile
