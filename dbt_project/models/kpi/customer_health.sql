{#- The risk of falling silent is made after the marts: analysis.churn_risk joins this table by customer_key. -#}
with acts as (
    {% for activity, fact, day, condition in customer_acts() %}
    select
        facts.customer_key,
        max(facts.{{ day }}) filter (where activities.counts) as last_on,
        min(facts.{{ day }}) as first_on,
        '{{ activity }}' as activity
    from {{ ref(fact) }} as facts
    inner join {{ ref('customer_activities') }} as activities on activities.activity = '{{ activity }}'
    inner join {{ ref('as_of') }} as as_of on facts.{{ day }} <= as_of.as_of_date
    where {{ condition }}
    group by facts.customer_key
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

acted as (
    select
        customer_key,
        max(last_on) as last_activity_on,
        min(first_on) filter (where activity = 'order') as first_ordered_on
    from acts
    group by customer_key
),

asked as (
    select
        tickets.customer_key,
        count(*) filter (
            where {{ minutes_between('tickets.created_at', 'as_of.as_of') }} between 0 and 1440 * windows.days
        ) as recent_ticket_count,
        count(*) filter (where not tickets.is_solved) as open_ticket_count
    from {{ ref('fct_ticket') }} as tickets
    cross join {{ ref('as_of') }} as as_of
    inner join {{ ref('customer_windows') }} as windows on windows.window_name = 'tickets'
    where tickets.is_counted
    group by tickets.customer_key
)

select
    customers.customer_key,
    customers.source,
    customers.segment,
    customers.plan,
    customers.has_profile,
    customers.signup_at,
    coalesce(customers.churned_at <= as_of.as_of, false) as is_churned,
    acted.last_activity_on,
    acted.first_ordered_on,
    value.last_ordered_at,
    coalesce(value.recent_order_count, 0) as recent_order_count,
    value.recent_spend,
    value.spend_currency,
    value.recency_tercile,
    value.frequency_tercile,
    value.monetary_tercile,
    coalesce(value.customer_value_band, 'no orders') as customer_value_band,
    coalesce(asked.recent_ticket_count, 0) as recent_ticket_count,
    coalesce(asked.open_ticket_count, 0) as open_ticket_count,
    feedback.last_csat_score,
    feedback.last_csat_at,
    feedback.last_nps_class,
    feedback.last_nps_at,
    coalesce(feedback.unresolved_negative_count, 0) as unresolved_negative_count
from {{ ref('dim_customer') }} as customers
cross join {{ ref('as_of') }} as as_of
left join acted on customers.customer_key = acted.customer_key
left join {{ ref('customer_value') }} as value on customers.customer_key = value.customer_key
left join asked on customers.customer_key = asked.customer_key
left join {{ ref('customer_feedback') }} as feedback on customers.customer_key = feedback.customer_key
where customers.customer_key <> 'unknown'
