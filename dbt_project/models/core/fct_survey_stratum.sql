{#- Customers, answers and invitations by what the customers were at the end of the period, one stratification at a time. -#}
{% set stratifications = ['segment', 'spend_band', 'usage_band', 'product'] %}
{% set counts = ['answers', 'satisfied', 'delivered', 'answered'] %}
with answers as (
    select
        customer_key,
        survey_id,
        survey_invitation_key,
        responded_on,
        case when is_satisfied then 1 else 0 end as satisfied
    from {{ ref('fct_survey_response') }}
    where is_counted and is_satisfied is not null
),

{#- Of the surveys that ask for overall satisfaction. -#}
invitations as (
    select
        invitations.customer_key,
        invitations.sent_on,
        case when answers.survey_invitation_key is null then 0 else 1 end as answered
    from {{ ref('fct_survey_invitation') }} as invitations
    inner join (select distinct survey_id from answers) as surveys on invitations.survey_id = surveys.survey_id
    left join (select distinct survey_invitation_key from answers) as answers
        on invitations.survey_invitation_key = answers.survey_invitation_key
    where invitations.is_delivered
),

contacts as (
    select
        customer_key,
        responded_on as counted_on,
        1 as answers,
        satisfied,
        0 as delivered,
        0 as answered
    from answers

    union all

    select
        customer_key,
        sent_on as counted_on,
        0 as answers,
        0 as satisfied,
        1 as delivered,
        answered
    from invitations
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
        cast(date_trunc('{{ grain }}', counted_on) as date) as period_start,
        customer_key,
        {% for count in counts %}
        sum({{ count }}) as {{ count }}{{ ',' if not loop.last }}
        {% endfor %}
    from contacts
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
        {% for count in counts %}
        coalesce(counted.{{ count }}, 0) as {{ count }}{{ ',' if not loop.last }}
        {% endfor %}
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
        {% for count in counts %}
        sum({{ count }}) as {{ count }}{{ ',' if not loop.last }}
        {% endfor %}
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
    {% for count in counts %}
    cast(grouped.{{ count }} as bigint) as {{ count }}{{ ',' if not loop.last }}
    {% endfor %}
from grouped
inner join {{ ref('survey_strata') }} as strata on grouped.stratification = strata.stratification
where grouped.population > 0 or grouped.answers > 0
