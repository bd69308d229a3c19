{#-
    Terciles by rank, 1 + floor(3 x customers with less / customers), so that equals score alike. Amounts are added up
    and compared within one currency: that of most of the customer's orders.
-#}
with orders as (
    select
        orders.customer_key,
        orders.ordered_at,
        coalesce(orders.currency, 'unknown') as currency,
        coalesce(orders.amount, 0) as amount,
        {{ minutes_between('orders.ordered_at', 'as_of.as_of') }} <= 1440 * windows.days as is_recent
    from {{ ref('fct_order') }} as orders
    left join {{ ref('lost_order_statuses') }} as lost on lower(orders.status) = lost.status
    cross join {{ ref('as_of') }} as as_of
    inner join {{ ref('customer_windows') }} as windows on windows.window_name = 'value'
    where orders.customer_key <> 'unknown' and lost.status is null and orders.ordered_at <= as_of.as_of
),

currencies as (
    {{ customers_currency('orders') }}
),

totals as (
    select
        orders.customer_key,
        currencies.currency as spend_currency,
        max(orders.ordered_at) as last_ordered_at,
        count(*) filter (where orders.is_recent) as recent_order_count,
        coalesce(
            {{ exact_sum('orders.amount', 'filter (where orders.is_recent and orders.currency = currencies.currency)') }}, 0
        ) as recent_spend,
        count(*) filter (where orders.currency <> currencies.currency) as other_currency_order_count
    from orders
    inner join currencies on orders.customer_key = currencies.customer_key
    group by orders.customer_key, currencies.currency
),

scored as (
    select
        *,
        {% for tercile, value, group in [
            ('recency', 'last_ordered_at', ''),
            ('frequency', 'recent_order_count', ''),
            ('monetary', 'recent_spend', 'partition by spend_currency'),
        ] %}
        cast(1 + floor(
            3.0 * (rank() over ({{ group }} order by {{ value }}) - 1) / count(*) over ({{ group }})
        ) as bigint) as {{ tercile }}_tercile{{ ',' if not loop.last }}
        {% endfor %}
    from totals
)

select
    scored.customer_key,
    scored.last_ordered_at,
    scored.recent_order_count,
    cast(scored.recent_spend as double) as recent_spend,
    scored.spend_currency,
    scored.other_currency_order_count,
    scored.recency_tercile,
    scored.frequency_tercile,
    scored.monetary_tercile,
    scored.recency_tercile + scored.frequency_tercile + scored.monetary_tercile as value_score,
    bands.band as customer_value_band
from scored
inner join {{ ref('value_bands') }} as bands
    on scored.recency_tercile + scored.frequency_tercile + scored.monetary_tercile >= bands.score_from
qualify row_number() over (partition by scored.customer_key order by bands.score_from desc) = 1
