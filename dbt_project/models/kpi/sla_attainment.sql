with targets as (
    select * from {{ ref('fct_sla_target') }}
),

{#- Each target stands in its month and its quarter, under its own policy and under 'all'. -#}
placed as (
    {% for grain in ['month', 'quarter'] %}
    {% for policy in ['policy', "'all'"] %}
    select
        '{{ grain }}' as period_grain,
        cast(date_trunc('{{ grain }}', started_on) as date) as period_start,
        target_kind,
        {{ policy }} as policy,
        status,
        fulfilled_at is not null as is_fulfilled,
        elapsed_minutes,
        remaining_minutes
    from targets
    {{ 'union all' if not loop.last }}
    {% endfor %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

counted as (
    select
        period_grain,
        period_start,
        target_kind,
        policy,
        count(*) filter (where status = 'met') as met,
        count(*) filter (where status = 'breached') as breached,
        count(*) filter (where status = 'breached' and not is_fulfilled) as breached_and_unfulfilled,
        count(*) filter (where status = 'active') as active,
        percentile_cont(0.5) within group (order by case when is_fulfilled then elapsed_minutes end)
            as median_elapsed_minutes,
        percentile_cont(0.9) within group (
            order by case when status = 'breached' and is_fulfilled then -remaining_minutes end
        ) as p90_late_minutes
    from placed
    group by period_grain, period_start, target_kind, policy
)

select
    period_grain,
    period_start,
    target_kind,
    policy,
    met,
    breached,
    breached_and_unfulfilled,
    active,
    cast(met as double) / nullif(met + breached, 0) as attainment_rate,
    median_elapsed_minutes,
    p90_late_minutes
from counted
