{{ customer_figures(
    'active_customers', 'count', numerator='active_customers', denominator='active_customers', where='true'
) }}
