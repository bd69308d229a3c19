{% set kpis = [
    ref('kpi_abandonment_rate'),
    ref('kpi_agent_wait_business_minutes'),
    ref('kpi_agent_wait_minutes'),
    ref('kpi_backlog'),
    ref('kpi_bot_containment_rate'),
    ref('kpi_bot_first_response_business_minutes'),
    ref('kpi_bot_first_response_minutes'),
    ref('kpi_bot_handover_rate'),
    ref('kpi_brand_response_minutes'),
    ref('kpi_ces_mean'),
    ref('kpi_close_the_loop_rate'),
    ref('kpi_csat_dimension_mean'),
    ref('kpi_csat_mean'),
    ref('kpi_csat_rate'),
    ref('kpi_csat_weighted_rate'),
    ref('kpi_deflection_rate'),
    ref('kpi_employee_feedback_score'),
    ref('kpi_employee_feedback_volume'),
    ref('kpi_escalation_rate'),
    ref('kpi_first_contact_resolution_rate'),
    ref('kpi_first_resolution_business_minutes'),
    ref('kpi_first_resolution_minutes'),
    ref('kpi_first_response_business_minutes'),
    ref('kpi_first_response_minutes'),
    ref('kpi_full_resolution_business_minutes'),
    ref('kpi_full_resolution_minutes'),
    ref('kpi_handle_minutes'),
    ref('kpi_handover_csat_rate'),
    ref('kpi_left_out_tickets'),
    ref('kpi_mention_volume'),
    ref('kpi_next_response_business_minutes'),
    ref('kpi_next_response_minutes'),
    ref('kpi_nps'),
    ref('kpi_on_hold_business_minutes'),
    ref('kpi_on_hold_minutes'),
    ref('kpi_one_touch_rate'),
    ref('kpi_open_assigned_minutes'),
    ref('kpi_queue_wait_business_minutes'),
    ref('kpi_queue_wait_minutes'),
    ref('kpi_reopen_rate'),
    ref('kpi_repeat_contact_rate'),
    ref('kpi_requester_wait_business_minutes'),
    ref('kpi_requester_wait_minutes'),
    ref('kpi_resolution_rate'),
    ref('kpi_review_rating_mean'),
    ref('kpi_self_service_score'),
    ref('kpi_service_level'),
    ref('kpi_sla_attainment_rate'),
    ref('kpi_stage_business_minutes'),
    ref('kpi_stage_minutes'),
    ref('kpi_survey_response_rate'),
    ref('kpi_tickets_created'),
    ref('kpi_tickets_solved'),
    ref('kpi_transfer_rate'),
    ref('kpi_unanswered_tickets'),
] %}
with united as (
    {% for kpi in kpis %}
    select * from {{ kpi }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    united.*,
    united.sample_size < registry.minimum_sample as too_few
from united
inner join {{ ref('kpis') }} as registry on united.kpi = registry.kpi
