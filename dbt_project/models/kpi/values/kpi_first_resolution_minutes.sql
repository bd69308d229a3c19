{{ kpi_values(
    'first_resolution_minutes', ref('fct_ticket'), on_date='created_on',
    where='is_counted and first_resolution_minutes is not null', numerator='first_resolution_minutes',
    statistics=['mean', 'median', 'p90'], dimensions=ticket_dimensions()
) }}
