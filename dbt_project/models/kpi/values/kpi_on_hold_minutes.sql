{{ kpi_values(
    'on_hold_minutes', ref('fct_ticket'), on_date='created_on',
    where='is_counted and is_solved and on_hold_minutes is not null', numerator='on_hold_minutes',
    statistics=['mean', 'median', 'p90'], dimensions=ticket_dimensions()
) }}
