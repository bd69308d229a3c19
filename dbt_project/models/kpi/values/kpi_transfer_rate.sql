{{ kpi_values(
    'transfer_rate', ref('fct_ticket'), on_date='created_on', where='is_counted and is_assigned',
    numerator='case when is_transferred then 1 else 0 end',
    statistics=['rate'], dimensions=ticket_dimensions()
) }}
