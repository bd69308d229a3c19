{{ kpi_values(
    'topic_volume', ref('fct_text_topic'), on_date='occurred_on', where='is_voice',
    statistics=['count'], dimensions=['topic'] + voice_dimensions()
) }}
