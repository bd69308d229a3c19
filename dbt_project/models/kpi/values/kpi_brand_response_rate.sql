{% set due_at = plus_microseconds('posts.posted_at', '3600000000 * registry.settle_window_hours') %}
{#- A mention counts once its window has elapsed. -#}
{% set mentions %}
(
    select
        posts.*,
        case when posts.first_brand_reply_at <= {{ due_at }} then 1 else 0 end as answered_in_window
    from {{ ref('fct_social_post') }} as posts
    inner join {{ ref('fct_text') }} as texts
        on posts.social_post_key = texts.document_key and texts.kind in ('post', 'review')
    inner join {{ ref('kpis') }} as registry on registry.kpi = 'brand_response_rate'
    cross join {{ ref('as_of') }} as as_of
    where
        posts.is_root_mention and {{ due_at }} <= as_of.as_of
        and (texts.asks_for_answer or texts.sentiment = 'negative')
) as mentions
{% endset %}
{{ kpi_values(
    'brand_response_rate', mentions, on_date='posted_on', numerator='answered_in_window',
    statistics=['rate'], dimensions=['platform', 'segment', 'product', 'source']
) }}
