{{ kpi_values(
    'complaint_share', ref('fct_text'), on_date='occurred_on', where='is_voice and polarity is not null',
    numerator='case when polarity = -1 then 1 else 0 end', statistics=['rate'], dimensions=voice_dimensions()
) }}
