{#- One pass over every typed table serves the row account, freshness and the as-of instant. -#}
{% set entities = [
    ref('typed_customers'), ref('typed_agents'), ref('typed_teams'), ref('typed_tickets'), ref('typed_ticket_events'),
    ref('typed_survey_invitations'), ref('typed_survey_responses'), ref('typed_social_posts'), ref('typed_orders'),
    ref('typed_usage_events'), ref('typed_self_service_sessions'), ref('typed_articles'),
    ref('typed_employee_feedback'), ref('typed_trainings'), ref('typed_market_benchmarks'), ref('typed_initiatives'),
] %}

{% for typed in entities %}
{% set entity = typed.identifier | replace('typed_', '') %}
select
    _source as source,
    '{{ entity }}' as entity,
    _load_id as load_id,
    _outcome as outcome,
    count(*) as row_count,
    count(*) filter (where _is_ambiguous) as ambiguous_time_count,
    max({{ newest_instant(entity) }}) as newest_at
from {{ typed }}
group by all
{{ 'union all' if not loop.last }}
{% endfor %}
