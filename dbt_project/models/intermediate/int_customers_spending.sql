{#-
    What orders tell of a customer at the end of each month for which surveys are weighted. Terciles are cut among the
    customers who ordered in the span, within a currency; equal amounts share a band.
-#}
with answered as (
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
        max(orders.currency) as currency,
        {{ exact_sum('orders.amount') }} as amount,
        max_by(orders.last_product, orders.month_start) as product
    from months
    cross join lookback
    inner join {{ ref('int_orders_by_month') }} as orders
        on
            months.month_start >= orders.month_start
            and months.month_start < {{ months_after('orders.month_start', 'lookback.months') }}
    group by months.month_start, orders.customer_key
),

terciles as (
    select
        month_start,
        currency,
        percentile_disc(1e0 / 3) within group (order by amount) as low_up_to,
        percentile_disc(2e0 / 3) within group (order by amount) as medium_up_to
    from spent
    where amount is not null
    group by month_start, currency
)

select
    spent.month_start,
    spent.customer_key,
    case
        when spent.amount is null then 'unknown'
        when spent.amount <= terciles.low_up_to then 'low'
        when spent.amount <= terciles.medium_up_to then 'medium'
        else 'high'
    end as spend_band,
    spent.product
from spent
left join terciles on spent.month_start = terciles.month_start and spent.currency = terciles.currency
