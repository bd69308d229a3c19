{{ kpi_values(
    'bot_handover_rate', ref('fct_self_service_session'), on_date='started_on', where="kind = 'bot'",
    numerator='case when is_handed_over then 1 else 0 end',
    statistics=['rate'], dimensions=['topic', 'segment', 'source']
) }}
