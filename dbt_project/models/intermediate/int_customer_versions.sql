{{ versions(ref('typed_customers'), 'customer_key', ['segment', 'plan', 'usage_level'], version='updated_at') }}
