{% set kpis = [
    ref('kpi_backlog'),
    ref('kpi_csat_rate'),
    ref('kpi_first_response_minutes'),
    ref('kpi_full_resolution_minutes'),
    ref('kpi_mention_volume'),
    ref('kpi_nps'),
    ref('kpi_reopen_rate'),
    ref('kpi_survey_response_rate'),
    ref('kpi_tickets_created'),
    ref('kpi_tickets_solved'),
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
