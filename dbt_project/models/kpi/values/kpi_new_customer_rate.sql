{#- A mean and not a rate, because new customers are none of the active ones of the period before: it may exceed 1. -#}
{{ customer_figures('new_customer_rate', 'mean', numerator='new_customers', denominator='active_before') }}
