{{ kpi_values(
    'tickets_solved', ref('fct_ticket'), on_date='first_solved_on', where='is_counted',
    statistics=['count'], dimensions=ticket_dimensions()
) }}
