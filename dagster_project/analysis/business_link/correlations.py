"""What customers lived through in a period, beside what they did in the next."""

from dagster_project.analysis.exact import exact_mean, exact_sum

LOWEST_THIRD = "filter (where outcome = 'retained' and low_end < high_end and experience_rank <= low_end)"
HIGHEST_THIRD = "filter (where outcome = 'retained' and low_end < high_end and experience_rank >= high_end)"
COMPARABLE = "partition by period_grain, period_start, measure, outcome, currency"

# Customers, periods and ranks are the engine's work; one row a measure and outcome is left. Money is compared among
# customers of one currency, the one of most of their orders, and everything among customers of the same period. Of
# more than 50,000 customers a sample of that size: all could narrow the intervals by no more than 0.01.
CORRELATIONS = f"""
with periods as (
    select period_grain, period_number, period_start, last_day
    from core.dim_period
    where period_grain in ('month', 'quarter') and is_complete
),

pairs as (
    select befores.*, afters.period_start as next_start, afters.last_day as next_last_day
    from periods as befores
    inner join periods as afters
        on befores.period_grain = afters.period_grain and befores.period_number + 1 = afters.period_number
),

kept_orders as (
    select customer_key, currency, ordered_on, amount
    from core.fct_order
    where lower(coalesce(status, '')) not in (select status from seed.lost_order_statuses)
),

counted_orders as (
    select customer_key, currency, count(*) as orders
    from kept_orders
    where currency is not null
    group by customer_key, currency
),

currencies as (
    select customer_key, currency
    from counted_orders
    qualify row_number() over (partition by customer_key order by orders desc, currency) = 1
),

sampled as (
    select customer_key
    from core.fct_customer_activity
    group by customer_key
    order by md5(customer_key), customer_key
    limit 50000
),

active as (
    select
        pairs.*,
        customer_key,
        currencies.currency,
        cast(runs.last_period_start >= pairs.next_start as integer) as retained
    from pairs
    inner join core.fct_customer_activity as runs
        on
            pairs.period_grain = runs.period_grain
            and pairs.period_start between runs.first_period_start and runs.last_period_start
    inner join sampled using (customer_key)
    left join currencies using (customer_key)
),

spending as (
    select
        active.period_grain,
        active.period_start,
        customer_key,
        {exact_sum("orders.amount")} as spend
    from active
    inner join kept_orders as orders using (customer_key, currency)
    where orders.ordered_on between active.next_start and active.next_last_day
    group by active.period_grain, active.period_start, customer_key
),

service as (
    select
        periods.period_grain,
        periods.period_start,
        tickets.customer_key,
        {exact_mean("tickets.first_response_minutes")} as first_response_minutes,
        {exact_mean("tickets.full_resolution_minutes")} as full_resolution_minutes,
        cast(count(*) filter (where tickets.reopen_count > 0) as double) as reopened_tickets,
        cast(count(*) filter (where tickets.is_transferred) as double) as transferred_tickets,
        cast(count(*) filter (where tickets.is_escalated) as double) as escalated_tickets
    from core.fct_ticket as tickets
    inner join periods on tickets.created_on between periods.period_start and periods.last_day
    where tickets.is_counted
    group by all
),

answers as (
    select
        periods.period_grain,
        periods.period_start,
        responses.customer_key,
        {exact_mean("responses.score_1_to_5", "filter (where responses.question = 'overall')")} as csat_mean,
        {exact_mean("responses.score", "filter (where responses.question = 'recommend')")} as recommend_mean
    from core.fct_survey_response as responses
    inner join periods on responses.responded_on between periods.period_start and periods.last_day
    where responses.is_counted
    group by all
),

lived as (
    select *
    from active
    left join service using (period_grain, period_start, customer_key)
    left join answers using (period_grain, period_start, customer_key)
    left join spending using (period_grain, period_start, customer_key)
),

-- One row a measure that is known.
measured as (
    select *
    from lived
    unpivot (
        experience for measure in (
            csat_mean, recommend_mean, first_response_minutes, full_resolution_minutes,
            reopened_tickets, transferred_tickets, escalated_tickets
        )
    )
),

compared as (
    select
        period_grain,
        period_start,
        customer_key,
        measure,
        experience,
        'retained' as outcome,
        'any' as currency,
        cast(retained as double) as result
    from measured

    union all

    select
        period_grain,
        period_start,
        customer_key,
        measure,
        experience,
        'spend' as outcome,
        currency,
        coalesce(spend, 0) as result
    from measured
    where currency is not null
),

-- Mean ranks of equals, as shares of the comparable customers: the middle is 0.5 in each period and currency.
ranked as (
    select
        *,
        (
            rank() over ({COMPARABLE} order by experience)
            + count(*) over ({COMPARABLE} order by experience range current row) / 2.0 - 1
        ) / count(*) over ({COMPARABLE}) as experience_rank,
        (
            rank() over ({COMPARABLE} order by result)
            + count(*) over ({COMPARABLE} order by result range current row) / 2.0 - 1
        ) / count(*) over ({COMPARABLE}) as result_rank
    from compared
),

-- Where more than a third share the lowest or the highest value, that end is all of them.
ends as (
    select
        *,
        greatest(1.0 / 3, min(experience_rank) over ({COMPARABLE})) as low_end,
        least(2.0 / 3, max(experience_rank) over ({COMPARABLE})) as high_end
    from ranked
)

select
    period_grain,
    measure,
    outcome,
    count(*) as customer_periods,
    count(distinct customer_key) as customers,
    case
        when min(experience_rank) < max(experience_rank) and min(result_rank) < max(result_rank)
            then {exact_sum("(experience_rank - 0.5) * (result_rank - 0.5)")} / sqrt(
                {exact_sum("power(experience_rank - 0.5, 2)")} * {exact_sum("power(result_rank - 0.5, 2)")}
            )
    end as spearman,
    {exact_mean("result", LOWEST_THIRD)} as retention_of_lowest_third,
    {exact_mean("result", HIGHEST_THIRD)} as retention_of_highest_third
from ends
group by period_grain, measure, outcome
"""
