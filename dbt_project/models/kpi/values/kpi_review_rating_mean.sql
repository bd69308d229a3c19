{{ kpi_values(
    'review_rating_mean', ref('fct_social_post'), on_date='posted_on', where='not is_brand and rating is not null',
    numerator='rating', statistics=['mean'], dimensions=['platform', 'segment', 'product', 'source']
) }}
