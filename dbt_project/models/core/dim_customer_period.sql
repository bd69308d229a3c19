{#- A version holds at the ends of the periods from the one in which it began to the one before that in which it ended. -#}
{% set grains = ['week', 'month', 'quarter'] %}
with calendar as (
    select
        min(dates.date_day) as first_day,
        max(dates.date_day) as last_day,
        max(as_of.as_of) as as_of
    from {{ ref('dim_date') }} as dates
    cross join {{ ref('as_of') }} as as_of
),

versions as (
    select
        customers.customer_key,
        customers.source,
        coalesce(versions.segment, 'unknown') as segment,
        greatest(
            calendar.first_day, coalesce({{ reporting_date('versions.valid_from') }}, calendar.first_day)
        ) as held_from,
        case
            when versions.valid_to <= calendar.as_of
                then greatest(calendar.first_day, {{ reporting_date('versions.valid_to') }})
            else calendar.last_day
        end as held_to,
        case when versions.valid_to <= calendar.as_of then 1 else 0 end as periods_short
    from {{ ref('dim_customer') }} as customers
    cross join calendar
    left join {{ ref('dim_customer_version') }} as versions on customers.customer_key = versions.customer_key
    where customers.customer_key <> 'unknown' and coalesce(versions.valid_from <= calendar.as_of, true)
)

{% for grain in grains %}
select
    versions.customer_key,
    '{{ grain }}' as period_grain,
    firsts.period_number as first_number,
    lasts.period_number - versions.periods_short as last_number,
    versions.segment,
    versions.source
from versions
inner join {{ ref('dim_period') }} as firsts
    on firsts.period_grain = '{{ grain }}' and date_trunc('{{ grain }}', versions.held_from) = firsts.period_start
inner join {{ ref('dim_period') }} as lasts
    on lasts.period_grain = '{{ grain }}' and date_trunc('{{ grain }}', versions.held_to) = lasts.period_start
where firsts.period_number <= lasts.period_number - versions.periods_short
{{ 'union all' if not loop.last }}
{% endfor %}
