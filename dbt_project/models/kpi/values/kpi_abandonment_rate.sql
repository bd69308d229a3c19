{{ kpi_values(
    'abandonment_rate', ref('fct_ticket'), on_date='created_on', where='is_counted and is_live_offered',
    numerator='case when is_live_abandoned then 1 else 0 end',
    statistics=['rate'], dimensions=ticket_dimensions()
) }}
