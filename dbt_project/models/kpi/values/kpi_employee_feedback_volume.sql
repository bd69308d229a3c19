{{ kpi_values(
    'employee_feedback_volume', ref('fct_employee_feedback'), on_date='submitted_on',
    statistics=['count'], dimensions=['topic', 'process_stage']
) }}
