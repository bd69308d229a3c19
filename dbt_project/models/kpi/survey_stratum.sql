{#-
    Post-stratification: each answer weighs what its stratum's share of the customers is over its share of the answers.
    Strata without answers lend their share to the others (shares are renormalised over those with answers).
-#}
with strata as (
    select
        counted.*,
        config.is_weighting,
        cast(counted.population as double) / nullif(
            sum(counted.population) over (
                partition by counted.period_grain, counted.period_start, counted.stratification
            ),
            0
        ) as population_share,
        cast(counted.satisfied as double) / nullif(cast(counted.answers as double), 0) as csat_rate
    from {{ ref('fct_survey_stratum') }} as counted
    inner join {{ ref('survey_strata') }} as config on counted.stratification = config.stratification
),

shared as (
    select
        *,
        case when answers > 0 then population_share end / nullif(
            {{ exact_sum(
                'case when answers > 0 then population_share end',
                'over (partition by period_grain, period_start, stratification)'
            ) }},
            0
        ) as share,
        sum(case when population > 0 then answers end) over (
            partition by period_grain, period_start, stratification
        ) as weighted_answers
    from strata
),

weighted as (
    select
        *,
        case when answers > 0 then coalesce(share * weighted_answers / cast(answers as double), 0) end as weight
    from shared
),

totals as (
    select
        period_grain,
        period_start,
        stratification,
        {{ exact_sum('weight * satisfied') }} as weighted_satisfied,
        {{ exact_sum('weight * answers') }} as weight_sum,
        {{ exact_sum('weight * weight * answers') }} as weight_square_sum,
        1.959963984540054
        * sqrt({{ exact_sum('share * share * csat_rate * (1 - csat_rate) / nullif(cast(answers as double), 0)') }})
            as margin_of_error
    from weighted
    group by period_grain, period_start, stratification
)

select
    weighted.period_grain,
    weighted.period_start,
    weighted.stratification,
    weighted.stratum,
    weighted.population,
    weighted.population_share,
    weighted.answers,
    weighted.satisfied,
    weighted.csat_rate,
    weighted.delivered,
    weighted.answered,
    cast(weighted.answered as double) / nullif(cast(weighted.delivered as double), 0) as response_rate,
    weighted.weight,
    weighted.answers = 0 as is_unanswered,
    weighted.is_weighting,
    cast(totals.weighted_satisfied as double) as weighted_satisfied,
    cast(totals.weight_sum as double) as weight_sum,
    cast(totals.weighted_satisfied / nullif(totals.weight_sum, 0) as double) as csat_weighted_rate,
    cast(totals.weight_sum * totals.weight_sum / nullif(totals.weight_square_sum, 0) as double)
        as effective_sample_size,
    cast(totals.margin_of_error as double) as margin_of_error
from weighted
inner join totals
    on
        weighted.period_grain = totals.period_grain
        and weighted.period_start = totals.period_start
        and weighted.stratification = totals.stratification
