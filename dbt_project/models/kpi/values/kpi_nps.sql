{{ kpi_values(
    'nps', ref('fct_survey_response'), on_date='responded_on', where='is_counted and nps_contribution is not null',
    numerator='nps_contribution', statistics=['index'], dimensions=ticket_dimensions()
) }}
