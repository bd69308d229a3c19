{{ kpi_values(
    'handover_csat_rate', ref('fct_survey_response'), on_date='responded_on',
    where='is_counted and is_after_handover and is_satisfied is not null',
    numerator='case when is_satisfied then 1 else 0 end',
    statistics=['rate'], dimensions=ticket_dimensions()
) }}
