with firsts as (
    {% for model, column in [
        ('int_tickets_united', 'created_at'), ('stg_survey_invitations', 'sent_at'),
        ('stg_survey_responses', 'responded_at'), ('stg_social_posts', 'posted_at'), ('stg_orders', 'ordered_at'),
        ('stg_usage_events', 'occurred_at'), ('stg_self_service_sessions', 'started_at'),
        ('stg_employee_feedback', 'submitted_at'), ('stg_trainings', 'completed_at'),
    ] %}
    select min({{ column }}) as first_at
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

bounds as (
    select
        {{ reporting_date('min(firsts.first_at)') }} as first_date,
        {{ reporting_date('max(as_of.as_of)') }} as last_date
    from firsts
    cross join {{ ref('int_as_of') }} as as_of
),

days as (
    select {{ days_between('first_date', 'last_date') }} as date_day
    from bounds
)

select
    date_day,
    cast(date_trunc('week', date_day) as date) as week_start,
    cast(date_trunc('month', date_day) as date) as month_start,
    cast(date_trunc('quarter', date_day) as date) as quarter_start,
    cast(date_trunc('year', date_day) as date) as year_start,
    {{ iso_day_of_week('date_day') }} as iso_day_of_week,
    {{ iso_day_of_week('date_day') }} >= 6 as is_weekend
from days
