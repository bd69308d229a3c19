{{ kpi_values(
    'net_sentiment', ref('fct_text'), on_date='occurred_on', where='is_voice and polarity is not null',
    numerator='polarity', statistics=['index'], dimensions=voice_dimensions()
) }}
