select
    texts.text_key,
    topics.topic,
    texts.kind,
    texts.is_voice,
    texts.source,
    texts.ticket_key,
    texts.customer_key,
    texts.platform,
    texts.channel,
    texts.team,
    texts.segment,
    texts.product,
    texts.occurred_on,
    texts.sentiment,
    texts.polarity
from {{ ref('fct_text') }} as texts
inner join {{ ref('texts') }} as words on texts.text_key = words.text_key
inner join {{ source('texts', 'text_topic') }} as topics on words.text_hash = topics.text_hash
