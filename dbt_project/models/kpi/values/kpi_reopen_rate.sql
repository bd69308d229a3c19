{{ kpi_values(
    'reopen_rate', ref('fct_ticket'), on_date='first_solved_on', where='is_counted and is_reopen_settled',
    numerator='case when is_reopened_in_window then 1 else 0 end',
    statistics=['rate'], dimensions=ticket_dimensions()
) }}
