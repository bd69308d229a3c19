{{ kpi_values(
    'queue_wait_minutes', ref('fct_ticket'), on_date='created_on',
    where='is_counted and queue_wait_minutes is not null', numerator='queue_wait_minutes',
    statistics=['mean', 'median', 'p90'], dimensions=ticket_dimensions()
) }}
