{{ kpi_values(
    'resolution_rate', ref('fct_ticket'), on_date='created_on', where='is_counted',
    numerator='case when is_solved then 1 else 0 end',
    statistics=['rate'], dimensions=ticket_dimensions()
) }}
