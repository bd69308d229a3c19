with mentioned as (
    {% for model in ['int_tickets_united', 'stg_orders', 'stg_social_posts'] %}
    select product
    from {{ ref(model) }}
    where product is not null
    group by all
    union all
    {% endfor %}
    select 'unknown' as product
)

select distinct product
from mentioned
