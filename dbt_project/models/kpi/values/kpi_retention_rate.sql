{#- A period that still runs has not yet shown who stays. -#}
{{ customer_figures(
    'retention_rate', 'rate', numerator='retained_customers', denominator='active_before',
    where='has_period_before and is_complete'
) }}
