{#- Points (an order, a ticket, product use) and spans (a paid plan) of a customer, merged into runs of periods. -#}
{% set grains = ['week', 'month', 'quarter'] %}
with counted as (
    select activity
    from {{ ref('customer_activities') }}
    where counts
),

calendar as (
    select min(date_day) as first_day
    from {{ ref('dim_date') }}
),

paid as (
    select
        spans.customer_key,
        greatest(spans.first_on, calendar.first_day) as first_on,
        spans.last_on
    from {{ ref('int_customer_paid_spans') }} as spans
    inner join counted on counted.activity = 'plan'
    cross join calendar
    where calendar.first_day <= spans.last_on
),

points as {{ not_materialized() }} (
    {% for activity, fact, day, condition in customer_acts() %}
    select
        facts.customer_key,
        facts.{{ day }} as acted_on
    from {{ ref(fact) }} as facts
    inner join counted on counted.activity = '{{ activity }}'
    where facts.customer_key <> 'unknown' and {{ condition }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

acts as (
    select
        customer_key,
        first_on,
        last_on
    from paid

    union all

    -- What falls into a paid span adds nothing to it, and is most of all there is.
    select
        points.customer_key,
        points.acted_on as first_on,
        points.acted_on as last_on
    from points
    left join paid
        on points.customer_key = paid.customer_key and points.acted_on between paid.first_on and paid.last_on
    where paid.customer_key is null
    group by points.customer_key, points.acted_on
),

spans as (
    {% for grain in grains %}
    select
        acts.customer_key,
        '{{ grain }}' as period_grain,
        firsts.period_number as first_number,
        max(lasts.period_number) as last_number
    from acts
    inner join {{ ref('dim_period') }} as firsts
        on firsts.period_grain = '{{ grain }}' and date_trunc('{{ grain }}', acts.first_on) = firsts.period_start
    inner join {{ ref('dim_period') }} as lasts
        on lasts.period_grain = '{{ grain }}' and date_trunc('{{ grain }}', acts.last_on) = lasts.period_start
    group by acts.customer_key, firsts.period_number
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

reached as (
    select
        *,
        max(last_number) over (
            partition by customer_key, period_grain
            order by first_number
            rows between unbounded preceding and 1 preceding
        ) as reached_number
    from spans
),

numbered as (
    select
        *,
        sum(case when first_number <= reached_number + 1 then 0 else 1 end) over (
            partition by customer_key, period_grain
            order by first_number
        ) as run_number
    from reached
)

select
    numbered.customer_key,
    numbered.period_grain,
    min(firsts.period_start) as first_period_start,
    max(lasts.period_start) as last_period_start,
    max(numbered.last_number) - min(numbered.first_number) + 1 as period_count
from numbered
inner join {{ ref('dim_period') }} as firsts
    on numbered.period_grain = firsts.period_grain and numbered.first_number = firsts.period_number
inner join {{ ref('dim_period') }} as lasts
    on numbered.period_grain = lasts.period_grain and numbered.last_number = lasts.period_number
group by numbered.customer_key, numbered.period_grain, numbered.run_number
