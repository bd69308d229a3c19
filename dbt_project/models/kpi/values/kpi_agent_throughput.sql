{#- Solves and working days stand in rows of their own, so that neither multiplies the other. -#}
{{ kpi_values(
    'agent_throughput', ref('fct_agent_outcome'), on_date='counted_on', where="outcome in ('solve', 'working_day')",
    numerator="case when outcome = 'solve' then 1 else 0 end",
    denominator="case when outcome = 'working_day' then 1 else 0 end",
    statistics=['mean'], dimensions=['team', 'source']
) }}
