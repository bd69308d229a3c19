select
    article_key,
    source,
    title,
    coalesce(topic, 'unknown') as topic,
    published_at,
    updated_at,
    archived_at
from {{ ref('stg_articles') }}
