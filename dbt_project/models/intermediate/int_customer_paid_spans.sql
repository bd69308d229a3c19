{#- Dates on which a customer who had signed up and not left yet held a plan that somebody pays for. -#}
with held as (
    select
        versions.customer_key,
        greatest(versions.valid_from, coalesce(customers.signup_at, versions.valid_from)) as held_from,
        least(versions.valid_to, coalesce(customers.churned_at, versions.valid_to), as_of.as_of) as held_to
    from {{ ref('int_customer_versions') }} as versions
    inner join {{ ref('stg_customers') }} as customers on versions.customer_key = customers.customer_key
    left join {{ ref('unpaid_plans') }} as unpaid on lower(versions.plan) = unpaid.plan
    cross join {{ ref('int_as_of') }} as as_of
    where versions.plan is not null and unpaid.plan is null
)

select
    customer_key,
    {{ reporting_date('held_from') }} as first_on,
    {{ reporting_date('held_to - interval 1 microsecond') }} as last_on
from held
where held_from < held_to
