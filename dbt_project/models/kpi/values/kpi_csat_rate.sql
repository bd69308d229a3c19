{{ kpi_values(
    'csat_rate', ref('fct_survey_response'), on_date='responded_on', where='is_counted and is_satisfied is not null',
    numerator='case when is_satisfied then 1 else 0 end',
    statistics=['rate'], dimensions=ticket_dimensions()
) }}
