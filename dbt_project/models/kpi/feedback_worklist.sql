{#- What is older than 90 days is no work any more. -#}
{% set reasons = ['is_overdue', 'is_public', 'is_strong', 'is_high_value', 'is_repeated'] %}
{% set oldest_minutes = 90 * 24 * 60 %}
with topics as (
    select
        text_key,
        {{ text_in_order('topic', ', ', 'topic') }} as topics
    from {{ ref('fct_text_topic') }}
    group by text_key
),

weighed as (
    select
        texts.*,
        topics.topics,
        unanswered.due_at,
        unanswered.waiting_minutes,
        unanswered.due_at <= as_of.as_of as is_overdue,
        texts.kind in ('post', 'review') as is_public,
        coalesce(texts.sentiment_score <= -0.5, false) as is_strong,
        coalesce(worth.customer_value_band = 'high', false) as is_high_value,
        texts.customer_key <> 'unknown' and count(*) over (partition by texts.customer_key) > 1 as is_repeated
    from {{ ref('fct_text_unanswered') }} as unanswered
    cross join {{ ref('as_of') }} as as_of
    inner join {{ ref('fct_text') }} as texts on unanswered.text_key = texts.text_key
    left join topics on unanswered.text_key = topics.text_key
    left join {{ ref('customer_value') }} as worth on texts.customer_key = worth.customer_key
    where unanswered.waiting_minutes <= {{ oldest_minutes }}
),

pointed as (
    select
        weighed.*,
        {% for reason in reasons %}
        case when {{ reason }} then 1 else 0 end{{ ' +' if not loop.last else ' as urgency_points' }}
        {% endfor %}
    from weighed
)

select
    text_key,
    cast(row_number() over (order by urgency_points desc, waiting_minutes desc, text_key) as bigint) as urgency_rank,
    cast(urgency_points as bigint) as urgency_points,
    {{ reasons | join(',\n    ') }},
    kind,
    document_key,
    source,
    ticket_key,
    customer_key,
    team,
    platform,
    segment,
    product,
    topics,
    sentiment_score,
    occurred_at,
    due_at,
    waiting_minutes
from pointed
