{{ kpi_values(
    'first_contact_resolution_rate', ref('fct_ticket'), on_date='first_solved_on', where='is_counted and is_first_contact_settled and is_first_contact_resolution is not null',
    numerator='case when is_first_contact_resolution then 1 else 0 end',
    statistics=['rate'], dimensions=ticket_dimensions()
) }}
