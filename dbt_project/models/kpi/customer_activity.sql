{#- Spans of periods in which a customer counts, by what the customer was at each period's end, counted per period. -#}
{% set measures = ['active_customers', 'active_before', 'retained_customers', 'new_customers'] %}
with periods as (
    select * from {{ ref('dim_period') }}
),

runs as (
    select
        runs.customer_key,
        runs.period_grain,
        firsts.period_number as first_number,
        firsts.period_number + runs.period_count - 1 as last_number
    from {{ ref('fct_customer_activity') }} as runs
    inner join periods as firsts
        on runs.period_grain = firsts.period_grain and runs.first_period_start = firsts.period_start
),

first_orders as (
    select
        customer_key,
        min(ordered_on) as first_ordered_on
    from {{ ref('fct_order') }}
    where customer_key <> 'unknown'
    group by customer_key
),

measured as (
    {% for measure, first_number, last_number in [
        ('active_customers', 'first_number', 'last_number'),
        ('active_before', 'first_number + 1', 'last_number + 1'),
        ('retained_customers', 'first_number + 1', 'last_number'),
    ] %}
    select
        customer_key,
        period_grain,
        '{{ measure }}' as measure,
        {{ first_number }} as first_number,
        {{ last_number }} as last_number
    from runs

    union all
    {% endfor %}
    select
        first_orders.customer_key,
        periods.period_grain,
        'new_customers' as measure,
        periods.period_number as first_number,
        periods.period_number as last_number
    from first_orders
    inner join periods on first_orders.first_ordered_on between periods.period_start and periods.last_day
),

described as (
    select
        measured.period_grain,
        measured.measure,
        greatest(measured.first_number, customers.first_number) as first_number,
        least(measured.last_number, customers.last_number) as last_number,
        customers.segment,
        customers.source
    from measured
    inner join {{ ref('dim_customer_period') }} as customers
        on
            measured.customer_key = customers.customer_key
            and measured.period_grain = customers.period_grain
            and measured.first_number <= customers.last_number
            and measured.last_number >= customers.first_number
    where measured.first_number <= measured.last_number
),

{{ period_counts('described', ref('dim_period'), measures, ['segment', 'source']) }}

select
    period_grain,
    period_start,
    dimension,
    dimension_value,
    is_complete,
    period_number > 1 as has_period_before,
    {{ measures | join(',\n    ') }}
from period_counts
