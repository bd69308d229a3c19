{{ kpi_values(
    'ces_mean', ref('fct_survey_response'), on_date='responded_on',
    where="is_counted and question = 'effort' and score_1_to_7 is not null", numerator='score_1_to_7',
    statistics=['mean'], dimensions=ticket_dimensions()
) }}
