{#- Ours is the overall figure of the latest complete quarter, in the first of these statistics that the KPI has. -#}
{% set statistics = ['rate', 'index', 'median', 'mean', 'count'] %}
with latest_quarter as (
    select cast(date_trunc('quarter', as_of_date) - interval 3 month as date) as period_start
    from {{ ref('as_of') }}
),

ours as (
    select
        figures.kpi,
        figures.statistic,
        figures.period_start,
        figures.value,
        figures.sample_size,
        figures.too_few
    from {{ ref('kpi_value') }} as figures
    inner join latest_quarter on figures.period_start = latest_quarter.period_start
    where figures.period_grain = 'quarter' and figures.dimension = 'overall'
    qualify row_number() over (
        partition by figures.kpi
        order by
            case figures.statistic
                {% for statistic in statistics %}
                when '{{ statistic }}' then {{ loop.index }}
                {% endfor %}
                else 99
            end
    ) = 1
),

compared as (
    select
        benchmarks.*,
        registry.kpi is not null as is_registered,
        registry.name,
        registry.direction,
        registry.unit as our_unit,
        ours.statistic,
        ours.period_start,
        ours.value as our_value,
        ours.sample_size,
        ours.too_few,
        registry.unit || ' from ' || lower(coalesce(benchmarks.unit, registry.unit)) as conversion
    from {{ ref('fct_market_benchmark') }} as benchmarks
    left join {{ ref('kpis') }} as registry on benchmarks.kpi = registry.kpi
    left join ours on benchmarks.kpi = ours.kpi
),

in_our_unit as (
    select
        *,
        {% for figure in ['value', 'p25', 'p75'] %}
        cast(
            case
                when not is_registered then {{ figure }}
                when conversion in ('rate from share', 'rate from ratio') then {{ figure }}
                when conversion in ('rate from percent', 'rate from %') then {{ figure }} / 100
                when conversion = 'minutes from seconds' then {{ figure }} / 60
                when conversion = 'minutes from hours' then {{ figure }} * 60
                when conversion = 'minutes from days' then {{ figure }} * 1440
                when conversion = our_unit || ' from ' || lower(our_unit) then {{ figure }}
            end as double
        ) as benchmark_{{ figure }},
        {% endfor %}
        case when direction = 'lower' then -1 else 1 end as sign
    from compared
)

select
    market_benchmark_key,
    source,
    kpi,
    name,
    industry,
    period,
    statistic,
    period_start,
    our_value,
    sample_size,
    too_few,
    benchmark_value,
    benchmark_p25,
    benchmark_p75,
    our_unit,
    unit as published_unit,
    publisher,
    url,
    our_value - benchmark_value as gap,
    case
        when not is_registered then 'not registered'
        when benchmark_value is null then 'unit not comparable'
        when our_value is null then 'no figure of ours'
        when sign * our_value >= sign * case direction when 'lower' then benchmark_p25 else benchmark_p75 end
            then 'best quarter'
        when sign * our_value < sign * case direction when 'lower' then benchmark_p75 else benchmark_p25 end
            then 'worst quarter'
        when sign * our_value >= sign * benchmark_value then 'better than the benchmark'
        else 'worse than the benchmark'
    end as position
from in_our_unit
