with months as (
    select * from {{ ref('dim_period') }}
    where period_grain = 'month'
),

runs as (
    select
        runs.customer_key,
        min(months.period_number) over (partition by runs.customer_key) as cohort_number,
        months.period_number as first_number,
        months.period_number + runs.period_count - 1 as last_number
    from {{ ref('fct_customer_activity') }} as runs
    inner join months on runs.first_period_start = months.period_start
    where runs.period_grain = 'month'
),

spans as (
    select
        'month' as period_grain,
        'retained' as measure,
        cast(cohort_number as string) as cohort_number,
        first_number,
        last_number
    from runs
),

{{ period_counts('spans', 'months', ['retained'], ['cohort_number']) }}

select
    cohorts.period_start as cohort_month,
    'all' as segment,
    cast(counts.period_number - cohorts.period_number as bigint) as months_since,
    counts.period_start as month_start,
    counts.is_complete,
    max(counts.retained) over (partition by cohorts.period_start) as customers,
    counts.retained,
    cast(counts.retained as double) / max(counts.retained) over (partition by cohorts.period_start) as retention_rate
from period_counts as counts
inner join months as cohorts on counts.dimension_value = cast(cohorts.period_number as string)
where counts.dimension = 'cohort_number' and cohorts.period_number <= counts.period_number
