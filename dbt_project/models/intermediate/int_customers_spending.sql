{#-
    What orders tell of a customer at the end of each month for which surveys are weighted. Terciles are cut among the
    customers who ordered in the span, within a currency; equal amounts share a band, and of several currencies the
    highest band holds.
-#}
with orders as (
    select * from {{ ref('int_orders_by_month') }}
),

answered as (
    select {{ reporting_date('responded_at') }} as responded_on
    from {{ ref('stg_survey_responses') }}
    where question = 'overall'
),

months as (
    select cast(date_trunc('month', responded_on) as date) as month_start
    from answered

    union

    select cast(date_trunc('quarter', responded_on) + interval 2 month as date) as month_start
    from answered
),

lookback as (
    select max(lookback_months) as months
    from {{ ref('survey_strata') }}
),

spent as (
    select
        months.month_start,
        orders.customer_key,
        orders.currency,
        sum(orders.amount) as amount,
        max(orders.last_ordered_at) as last_ordered_at,
        max_by(orders.last_product, orders.last_ordered_at) as last_product
    from months
    cross join lookback
    inner join orders
        on
            months.month_start >= orders.month_start
            and months.month_start < {{ months_after('orders.month_start', 'lookback.months') }}
    group by months.month_start, orders.customer_key, orders.currency
),

ranked as (
    select
        *,
        rank() over (partition by month_start, currency order by amount nulls last) - 1 as spending_less,
        count(amount) over (partition by month_start, currency) as spending
    from spent
),

banded as (
    select
        *,
        case
            when amount is null then 0
            when 3 * spending_less < spending then 1
            when 3 * spending_less < 2 * spending then 2
            else 3
        end as band
    from ranked
)

select
    month_start,
    customer_key,
    case max(band) when 1 then 'low' when 2 then 'medium' when 3 then 'high' else 'unknown' end as spend_band,
    max_by(last_product, last_ordered_at) as product
from banded
group by month_start, customer_key
