{{ kpi_values(
    'repeat_contact_rate', ref('fct_ticket'), on_date='created_on', where='is_counted and is_repeat_settled',
    numerator='case when is_followed_by_repeat then 1 else 0 end',
    statistics=['rate'], dimensions=ticket_dimensions()
) }}
