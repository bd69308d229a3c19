{{ config(schema='personal') }}

{{ quarantined_rows('customers', ref('typed_customers')) }}
