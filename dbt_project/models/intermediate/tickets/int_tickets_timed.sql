{#-
    Each milestone of a ticket on the business clock of its schedule, and the durations between them twice: in calendar
    minutes, and in minutes of that clock.
-#}
{% set milestones = [
    'created_at', 'response_due_from_at', 'first_assigned_at', 'first_response_at', 'first_bot_message_at', 'queued_at',
    'answered_at', 'first_solved_at', 'last_solved_at', 'followed_up_until_at', 'as_of',
] %}
{% set durations = {
    'first_response': ('response_due_from_at', 'first_response_at'),
    'bot_first_response': ('created_at', 'first_bot_message_at'),
    'queue_wait': ('queued_at', 'answered_at'),
    'first_resolution': ('created_at', 'first_solved_at'),
    'full_resolution': ('created_at', 'last_solved_at'),
} %}
{#- Stages are told by these; the others are done with once their durations are known. -#}
{% set handed_on = [
    'created_at', 'first_assigned_at', 'first_response_at', 'first_solved_at', 'followed_up_until_at', 'as_of',
] %}
with tickets as (
    select
        combined.*,
        scheduled.schedule,
        {# Only what is unsolved goes on until today. #}
        case when not combined.is_solved then greatest(combined.created_at, as_of.as_of) end as as_of,
        coalesce(combined.closed_at, combined.last_event_at) as followed_up_until_at
    from {{ ref('int_tickets_combined') }} as combined
    inner join {{ ref('int_tickets_scheduled') }} as scheduled on combined.ticket_key = scheduled.ticket_key
    cross join {{ ref('int_as_of') }} as as_of
),

clocked as (
    select
        tickets.ticket_key,
        tickets.schedule,
        tickets.is_counted,
        tickets.is_solved,
        {% for milestone in milestones %}
        tickets.{{ milestone }},
        {{ business_clock('tickets.' ~ milestone, 'at_' ~ milestone) }} as {{ milestone }}_clock{{ ',' if not loop.last }}
        {% endfor %}
    from tickets
    {% for milestone in milestones %}
    left join {{ ref('int_business_days') }} as at_{{ milestone }}
        on {{ on_business_day('tickets.schedule', 'tickets.' ~ milestone, 'at_' ~ milestone) }}
    {% endfor %}
)

select
    ticket_key,
    schedule,
    is_counted,
    is_solved,
    {% for milestone in handed_on %}
    {{ milestone }},
    {{ milestone }}_clock,
    {% endfor %}
    {% for duration, (from_at, to_at) in durations.items() %}
    {{ minutes_between(from_at, to_at) }} as {{ duration }}_minutes,
    {{ business_minutes_between(from_at ~ '_clock', to_at ~ '_clock') }} as {{ duration }}_business_minutes{{ ',' if not loop.last }}
    {% endfor %}
from clocked
