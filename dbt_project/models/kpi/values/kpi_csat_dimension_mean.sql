{{ kpi_values(
    'csat_dimension_mean', ref('fct_survey_response'), on_date='responded_on',
    where='is_counted and question in ' ~ satisfaction_dimensions() ~ ' and score_1_to_5 is not null',
    numerator='score_1_to_5', statistics=['mean'], dimensions=ticket_dimensions() + ['question']
) }}
