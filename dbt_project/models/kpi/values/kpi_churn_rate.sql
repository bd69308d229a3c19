{{ customer_figures(
    'churn_rate', 'rate', numerator='active_before - retained_customers', denominator='active_before'
) }}
