{{ kpi_values(
    'open_assigned_minutes', ref('fct_ticket'), on_date='created_on',
    where="is_counted and handle_basis = 'open_and_assigned'", numerator='handle_minutes',
    statistics=['mean', 'median', 'p90'], dimensions=ticket_dimensions()
) }}
