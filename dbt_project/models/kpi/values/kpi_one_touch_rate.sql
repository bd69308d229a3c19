{{ kpi_values(
    'one_touch_rate', ref('fct_ticket'), on_date='first_solved_on', where='is_counted and agent_message_count >= 1',
    numerator='case when is_one_touch then 1 else 0 end',
    statistics=['rate'], dimensions=ticket_dimensions()
) }}
