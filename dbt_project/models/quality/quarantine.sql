{% set entities = [
    ref('quarantine_customers'), ref('quarantine_agents'), ref('quarantine_teams'), ref('quarantine_tickets'),
    ref('quarantine_ticket_events'), ref('quarantine_survey_invitations'), ref('quarantine_survey_responses'),
    ref('quarantine_social_posts'), ref('quarantine_orders'), ref('quarantine_usage_events'),
    ref('quarantine_self_service_sessions'), ref('quarantine_articles'), ref('quarantine_employee_feedback'),
    ref('quarantine_trainings'), ref('quarantine_market_benchmarks'), ref('quarantine_initiatives'),
] %}

{% for quarantined in entities %}
select
    entity,
    source,
    load_id,
    file,
    position,
    mapping,
    reasons
from {{ quarantined }}
{{ 'union all' if not loop.last }}
{% endfor %}
