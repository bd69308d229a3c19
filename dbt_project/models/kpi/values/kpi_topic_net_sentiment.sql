{{ kpi_values(
    'topic_net_sentiment', ref('fct_text_topic'), on_date='occurred_on', where='is_voice and polarity is not null',
    numerator='polarity', statistics=['index'], dimensions=['topic'] + voice_dimensions()
) }}
