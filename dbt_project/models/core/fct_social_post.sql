with posts as (
    select * from {{ ref('stg_social_posts') }}
),

first_replies as (
    select
        in_reply_to_post_key as social_post_key,
        min(posted_at) as first_brand_reply_at
    from posts
    where is_brand and in_reply_to_post_key is not null
    group by in_reply_to_post_key
)

select
    posts.social_post_key,
    posts.source,
    posts.platform,
    posts.in_reply_to_post_key,
    coalesce(posts.customer_key, 'unknown') as customer_key,
    coalesce(customers.segment, 'unknown') as segment,
    coalesce(posts.product, 'unknown') as product,
    posts.language,
    posts.posted_at,
    {{ reporting_date('posts.posted_at') }} as posted_on,
    coalesce(posts.is_brand, false) as is_brand,
    not coalesce(posts.is_brand, false) and posts.in_reply_to_post_key is null as is_root_mention,
    case
        when posts.is_brand then 'brand'
        when posts.in_reply_to_post_key is null then 'root mention'
        else 'reply'
    end as post_kind,
    posts.rating,
    posts.likes,
    posts.shares,
    case when not coalesce(posts.is_brand, false) then first_replies.first_brand_reply_at end as first_brand_reply_at,
    case
        when not coalesce(posts.is_brand, false) and first_replies.first_brand_reply_at >= posts.posted_at
            then {{ minutes_between('posts.posted_at', 'first_replies.first_brand_reply_at') }}
    end as brand_response_minutes
from posts
left join first_replies on posts.social_post_key = first_replies.social_post_key
left join {{ ref('int_customer_versions') }} as customers
    on
        posts.customer_key = customers.customer_key
        and posts.posted_at >= customers.valid_from
        and posts.posted_at < customers.valid_to
