select
    orders.order_key,
    orders.source,
    coalesce(orders.customer_key, 'unknown') as customer_key,
    coalesce(customers.segment, 'unknown') as segment,
    coalesce(orders.product, 'unknown') as product,
    orders.ordered_at,
    {{ reporting_date('orders.ordered_at') }} as ordered_on,
    orders.amount,
    orders.currency,
    orders.status
from {{ ref('stg_orders') }} as orders
left join {{ ref('dim_customer') }} as customers on orders.customer_key = customers.customer_key
