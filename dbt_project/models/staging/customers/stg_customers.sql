{{ accepted_rows('customers', ref('typed_customers')) }}
