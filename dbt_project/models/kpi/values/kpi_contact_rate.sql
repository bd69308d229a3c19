{#- Tickets of unknown customers are contacts too; they stand against no customer of the segment 'unknown'. -#}
with tickets as (
    select * from {{ ref('kpi_tickets_created') }}
    where dimension in ('overall', 'segment') and period_grain in ('week', 'month', 'quarter')
),

customers as (
    select * from {{ ref('customer_activity') }}
    where dimension in ('overall', 'segment') and active_customers > 0
),

figures as (
    select
        coalesce(customers.period_grain, tickets.period_grain) as period_grain,
        coalesce(customers.period_start, tickets.period_start) as period_start,
        coalesce(customers.dimension, tickets.dimension) as dimension,
        coalesce(customers.dimension_value, tickets.dimension_value) as dimension_value,
        coalesce(tickets.numerator, 0) as numerator,
        cast(coalesce(customers.active_customers, 0) as double) as denominator
    from customers
    full outer join tickets
        on
            customers.period_grain = tickets.period_grain
            and customers.period_start = tickets.period_start
            and customers.dimension = tickets.dimension
            and customers.dimension_value = tickets.dimension_value
)

select
    'contact_rate' as kpi,
    'index' as statistic,
    period_grain,
    period_start,
    dimension,
    dimension_value,
    numerator,
    denominator,
    100 * numerator / nullif(denominator, 0) as value,
    cast(denominator as bigint) as sample_size,
    cast(null as double) as value_low,
    cast(null as double) as value_high
from figures
