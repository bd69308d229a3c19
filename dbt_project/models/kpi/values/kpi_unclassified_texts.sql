{{ kpi_values(
    'unclassified_texts', ref('fct_text'), on_date='occurred_on', where='is_voice and polarity is null',
    statistics=['count'], dimensions=voice_dimensions() + ['language']
) }}
