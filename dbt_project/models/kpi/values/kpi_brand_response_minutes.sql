{{ kpi_values(
    'brand_response_minutes', ref('fct_social_post'), on_date='posted_on',
    where='is_root_mention and brand_response_minutes is not null', numerator='brand_response_minutes',
    statistics=['mean', 'median', 'p90'], dimensions=['platform', 'segment', 'product', 'source']
) }}
