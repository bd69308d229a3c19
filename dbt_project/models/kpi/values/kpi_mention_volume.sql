{{ kpi_values(
    'mention_volume', ref('fct_social_post'), on_date='posted_on', where='not is_brand',
    statistics=['count'], dimensions=['platform', 'post_kind', 'segment', 'product', 'source']
) }}
