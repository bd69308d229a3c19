{#- Published where strata are large enough to be weighted: months and quarters. Its parts are weights, not counts. -#}
with totals as (
    select
        period_grain,
        period_start,
        stratification,
        is_weighting,
        max(weighted_satisfied) as numerator,
        max(weight_sum) as denominator,
        max(csat_weighted_rate) as value,
        max(margin_of_error) as margin_of_error,
        sum(case when population > 0 then answers else 0 end) as sample_size
    from {{ ref('survey_stratum') }}
    group by period_grain, period_start, stratification, is_weighting
),

cuts as (
    select
        'overall' as dimension,
        'all' as dimension_value,
        totals.*
    from totals
    where is_weighting

    union all

    select
        'stratification' as dimension,
        stratification as dimension_value,
        totals.*
    from totals
)

select
    'csat_weighted_rate' as kpi,
    'rate' as statistic,
    period_grain,
    period_start,
    dimension,
    dimension_value,
    numerator,
    denominator,
    numerator / nullif(denominator, 0) as value,
    cast(sample_size as bigint) as sample_size,
    value - margin_of_error as value_low,
    value + margin_of_error as value_high
from cuts
