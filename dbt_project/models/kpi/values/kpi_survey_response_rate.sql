{{ kpi_values(
    'survey_response_rate', ref('fct_survey_invitation'), on_date='sent_on', where='is_delivered',
    numerator='case when is_answered then 1 else 0 end',
    statistics=['rate'], dimensions=ticket_dimensions()
) }}
