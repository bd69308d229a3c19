{{ kpi_values(
    'unanswered_tickets', ref('fct_ticket'), on_date='created_on', where='is_counted and is_unanswered',
    statistics=['count'], dimensions=ticket_dimensions()
) }}
