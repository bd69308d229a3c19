{{ kpi_values(
    'next_response_business_minutes', ref('fct_ticket'), on_date='created_on',
    where='is_counted and next_response_business_minutes is not null', numerator='next_response_business_minutes',
    statistics=['mean', 'median', 'p90'], dimensions=ticket_dimensions()
) }}
