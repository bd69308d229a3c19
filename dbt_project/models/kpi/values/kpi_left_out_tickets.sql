{{ kpi_values(
    'left_out_tickets', ref('fct_ticket'), on_date='created_on', where='not is_counted',
    statistics=['count'], dimensions=['left_out_reason', 'source']
) }}
