{{ kpi_values(
    'tickets_created', ref('fct_ticket'), on_date='created_on', where='is_counted',
    statistics=['count'], dimensions=ticket_dimensions()
) }}
