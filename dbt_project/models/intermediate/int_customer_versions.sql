{{ versions('customers', ref('typed_customers'), ['segment', 'plan', 'usage_level']) }}
