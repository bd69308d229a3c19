{{ kpi_values(
    'escalation_rate', ref('fct_ticket'), on_date='created_on', where='is_counted and is_escalated is not null',
    numerator='case when is_escalated then 1 else 0 end',
    statistics=['rate'], dimensions=ticket_dimensions()
) }}
