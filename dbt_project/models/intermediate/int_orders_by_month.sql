{#-
    Orders count whatever their status, which is the source's own word. Amounts are added up within one currency, that
    of most of the customer's orders.
-#}
with orders as (
    select
        customer_key,
        coalesce(currency, 'unknown') as currency,
        coalesce(product, 'unknown') as product,
        amount,
        cast(date_trunc('month', {{ reporting_date('ordered_at') }}) as date) as month_start,
        row_number() over (
            partition by customer_key, date_trunc('month', {{ reporting_date('ordered_at') }})
            order by ordered_at desc, order_key desc
        ) as newest_rank
    from {{ ref('stg_orders') }}
    where customer_key is not null
),

currencies as (
    {{ customers_currency('orders') }}
)

select
    orders.customer_key,
    orders.month_start,
    currencies.currency,
    {{ exact_sum('orders.amount', 'filter (where orders.currency = currencies.currency)') }} as amount,
    max(orders.product) filter (where orders.newest_rank = 1) as last_product
from orders
inner join currencies on orders.customer_key = currencies.customer_key
group by orders.customer_key, orders.month_start, currencies.currency
