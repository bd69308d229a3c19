{{ kpi_values(
    'service_level', ref('fct_ticket'), on_date='created_on', where='is_counted and is_live_offered',
    numerator='case when is_live_answered_in_threshold then 1 else 0 end',
    statistics=['rate'], dimensions=ticket_dimensions()
) }}
