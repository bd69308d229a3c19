{{ kpi_values(
    'bot_first_response_business_minutes', ref('fct_ticket'), on_date='created_on',
    where='is_counted and bot_first_response_business_minutes is not null', numerator='bot_first_response_business_minutes',
    statistics=['mean', 'median', 'p90'], dimensions=ticket_dimensions()
) }}
