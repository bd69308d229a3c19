{{ kpi_values(
    'close_the_loop_rate', ref('closed_loop'), on_date='answered_on', where='is_settled',
    numerator="case when status = 'followed up' then 1 else 0 end",
    statistics=['rate'], dimensions=ticket_dimensions() + ['question']
) }}
