{#- Orders count whatever their status, which is the source's own word. -#}
with orders as (
    select
        customer_key,
        coalesce(currency, 'unknown') as currency,
        coalesce(product, 'unknown') as product,
        amount,
        ordered_at,
        cast(date_trunc('month', {{ reporting_date('ordered_at') }}) as date) as month_start,
        row_number() over (
            partition by customer_key, date_trunc('month', {{ reporting_date('ordered_at') }})
            order by ordered_at desc, order_key desc
        ) as newest_rank
    from {{ ref('stg_orders') }}
    where customer_key is not null
)

select
    customer_key,
    currency,
    month_start,
    cast(sum(amount) as double) as amount,
    max(ordered_at) filter (where newest_rank = 1) as last_ordered_at,
    max(product) filter (where newest_rank = 1) as last_product
from orders
group by customer_key, currency, month_start
