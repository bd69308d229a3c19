{#- A period that still runs has not yet shown who leaves. -#}
{{ customer_figures(
    'churn_rate', 'rate', numerator='active_before - retained_customers', denominator='active_before',
    where='has_period_before and is_complete'
) }}
