{{ kpi_values(
    'bot_containment_rate', ref('fct_self_service_session'), on_date='started_on', where='is_containment_settled',
    numerator='case when is_contained then 1 else 0 end',
    statistics=['rate'], dimensions=['topic', 'segment', 'source']
) }}
