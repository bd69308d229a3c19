{#- Customers and answers by what the customers were at the end of the period, one stratification at a time. -#}
{% set stratifications = ['segment', 'spend_band', 'usage_band', 'product'] %}
with answers as (
    select
        customer_key,
        responded_on,
        case when is_satisfied then 1 else 0 end as satisfied
    from {{ ref('fct_survey_response') }}
    where is_counted and is_satisfied is not null
),

periods as (
    {% for grain, months in [('month', 1), ('quarter', 3)] %}
    select distinct
        '{{ grain }}' as period_grain,
        cast(date_trunc('{{ grain }}', responded_on) as date) as period_start,
        cast(date_trunc('{{ grain }}', responded_on) + interval {{ months - 1 }} month as date) as last_month_start,
        cast(date_trunc('{{ grain }}', responded_on) + interval {{ months }} month as date) as ends_before
    from answers
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

counted as (
    {% for grain in ['month', 'quarter'] %}
    select
        '{{ grain }}' as period_grain,
        cast(date_trunc('{{ grain }}', responded_on) as date) as period_start,
        customer_key,
        count(*) as answers,
        sum(satisfied) as satisfied
    from answers
    group by all
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

customers as (
    select
        customers.customer_key,
        {{ reporting_date('customers.signup_at') }} as signup_on,
        {{ reporting_date('customers.churned_at') }} as churned_on,
        {{ reporting_date('versions.valid_from') }} as valid_from_on,
        {{ reporting_date('versions.valid_to') }} as valid_to_on,
        coalesce(versions.segment, 'unknown') as segment,
        coalesce(versions.usage_level, 'unknown') as usage_band
    from {{ ref('dim_customer') }} as customers
    left join {{ ref('int_customer_versions') }} as versions on customers.customer_key = versions.customer_key
),

members as (
    select
        periods.period_grain,
        periods.period_start,
        customers.segment,
        customers.usage_band,
        case when customers.customer_key = 'unknown' then 'unknown' else coalesce(spending.spend_band, 'no orders') end
            as spend_band,
        case when customers.customer_key = 'unknown' then 'unknown' else coalesce(spending.product, 'no orders') end
            as product,
        case
            when customers.customer_key = 'unknown' then 0
            when customers.signup_on >= periods.ends_before or customers.churned_on < periods.period_start then 0
            else 1
        end as population,
        coalesce(counted.answers, 0) as answers,
        coalesce(counted.satisfied, 0) as satisfied
    from periods
    inner join customers
        on
            coalesce(periods.ends_before > customers.valid_from_on, true)
            and coalesce(periods.ends_before <= customers.valid_to_on, true)
    left join {{ ref('int_customers_spending') }} as spending
        on customers.customer_key = spending.customer_key and periods.last_month_start = spending.month_start
    left join counted
        on
            customers.customer_key = counted.customer_key
            and periods.period_grain = counted.period_grain
            and periods.period_start = counted.period_start
),

grouped as (
    select
        period_grain,
        period_start,
        case {% for name in stratifications %} when grouping({{ name }}) = 0 then '{{ name }}'{% endfor %} end
            as stratification,
        case {% for name in stratifications %} when grouping({{ name }}) = 0 then {{ name }}{% endfor %} end
            as stratum,
        sum(population) as population,
        sum(answers) as answers,
        sum(satisfied) as satisfied
    from members
    group by grouping sets (
        {% for name in stratifications %}
        (period_grain, period_start, {{ name }}){{ ',' if not loop.last }}
        {% endfor %}
    )
)

select
    grouped.period_grain,
    grouped.period_start,
    grouped.stratification,
    grouped.stratum,
    cast(grouped.population as bigint) as population,
    cast(grouped.answers as bigint) as answers,
    cast(grouped.satisfied as bigint) as satisfied
from grouped
inner join {{ ref('survey_strata') }} as strata on grouped.stratification = strata.stratification
where grouped.population > 0 or grouped.answers > 0
