{{ kpi_values(
    'sla_attainment_rate', ref('fct_sla_target'), on_date='started_on', where="status in ('met', 'breached')",
    numerator="case when status = 'met' then 1 else 0 end",
    statistics=['rate'], dimensions=ticket_dimensions() + ['target_kind', 'policy']
) }}
