{{ kpi_values(
    'employee_feedback_score', ref('fct_employee_feedback'), on_date='submitted_on', where='score is not null',
    numerator='score', statistics=['mean'], dimensions=['topic', 'process_stage']
) }}
