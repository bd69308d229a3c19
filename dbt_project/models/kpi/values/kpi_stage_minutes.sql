{{ kpi_values(
    'stage_minutes', ref('fct_ticket_stage'), on_date='created_on', where='is_counted and not is_open',
    numerator='stage_minutes', statistics=['mean', 'median', 'p90'], dimensions=['stage']
) }}
