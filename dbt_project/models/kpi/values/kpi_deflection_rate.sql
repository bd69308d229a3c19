{{ kpi_values(
    'deflection_rate', ref('fct_self_service_session'), on_date='started_on', where='is_deflection_settled',
    numerator='case when is_deflected then 1 else 0 end',
    statistics=['rate'], dimensions=['kind', 'topic', 'segment', 'source']
) }}
