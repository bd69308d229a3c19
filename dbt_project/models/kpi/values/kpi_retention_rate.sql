{{ customer_figures('retention_rate', 'rate', numerator='retained_customers', denominator='active_before') }}
