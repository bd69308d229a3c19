with latest_complete as (
    {% for grain, unit, units in [('week', 'week', 1), ('month', 'month', 1), ('quarter', 'month', 3)] %}
    select
        '{{ grain }}' as period_grain,
        cast(date_trunc('{{ grain }}', as_of_date) - interval {{ units }} {{ unit }} as date) as period_start,
        cast(date_trunc('{{ grain }}', as_of_date) - interval {{ 2 * units }} {{ unit }} as date) as previous_start,
        {% if grain == 'week' %}
        cast(date_trunc('week', as_of_date) - interval 53 week as date) as year_before_start
        {% else %}
        cast(
            date_trunc('{{ grain }}', as_of_date) - interval {{ units }} {{ unit }} - interval 1 year as date
        ) as year_before_start
        {% endif %}
    from {{ ref('as_of') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

figures as (
    select * from {{ ref('kpi_value') }}
),

targets as (
    select
        targets.kpi,
        targets.statistic,
        targets.dimension,
        targets.dimension_value,
        targets.target_value,
        targets.near_rate,
        periods.period_grain,
        -- a target for the very grain outranks one for any
        row_number() over (
            partition by targets.kpi, targets.statistic, targets.dimension, targets.dimension_value, periods.period_grain
            order by case when targets.period_grain is null then 1 else 0 end, targets.valid_from desc
        ) as newest_rank
    from {{ ref('kpi_targets') }} as targets
    inner join latest_complete as periods
        on
            targets.valid_from <= periods.period_start
            and coalesce(targets.period_grain = periods.period_grain, true)
),

benchmarks as (
    select
        kpi,
        value,
        publisher,
        row_number() over (partition by kpi order by period desc, industry, publisher) as newest_rank
    from {{ ref('fct_market_benchmark') }}
),

compared as (
    select
        current_figures.kpi,
        current_figures.statistic,
        periods.period_grain,
        periods.period_start,
        current_figures.dimension,
        current_figures.dimension_value,
        registry.name,
        registry.unit,
        registry.direction,
        registry.owner,
        current_figures.value,
        current_figures.value_low,
        current_figures.value_high,
        current_figures.sample_size,
        current_figures.too_few,
        previous_figures.value as previous_value,
        year_before_figures.value as year_before_value,
        targets.target_value,
        targets.near_rate,
        benchmarks.value as benchmark_value,
        benchmarks.publisher as benchmark_publisher
    from figures as current_figures
    inner join latest_complete as periods
        on
            current_figures.period_grain = periods.period_grain
            and current_figures.period_start = periods.period_start
    inner join {{ ref('kpis') }} as registry on current_figures.kpi = registry.kpi
    {% for name in ['previous', 'year_before'] %}
    left join figures as {{ name }}_figures
        on
            current_figures.kpi = {{ name }}_figures.kpi
            and current_figures.statistic = {{ name }}_figures.statistic
            and current_figures.period_grain = {{ name }}_figures.period_grain
            and current_figures.dimension = {{ name }}_figures.dimension
            and current_figures.dimension_value = {{ name }}_figures.dimension_value
            and periods.{{ name }}_start = {{ name }}_figures.period_start
    {% endfor %}
    left join targets
        on
            current_figures.kpi = targets.kpi
            and current_figures.statistic = targets.statistic
            and current_figures.period_grain = targets.period_grain
            and current_figures.dimension = targets.dimension
            and current_figures.dimension_value = targets.dimension_value
            and targets.newest_rank = 1
    left join benchmarks on current_figures.kpi = benchmarks.kpi and benchmarks.newest_rank = 1
)

select
    kpi,
    statistic,
    period_grain,
    period_start,
    dimension,
    dimension_value,
    name,
    unit,
    direction,
    owner,
    value,
    value_low,
    value_high,
    sample_size,
    previous_value,
    year_before_value,
    target_value,
    benchmark_value,
    benchmark_publisher,
    case
        when too_few then 'too few'
        when value is null or target_value is null then 'no target'
        when (direction = 'higher' and value >= target_value) or (direction = 'lower' and value <= target_value)
            then 'on target'
        when abs(value - target_value) <= near_rate * abs(target_value) then 'near'
        else 'off'
    end as status
from compared
