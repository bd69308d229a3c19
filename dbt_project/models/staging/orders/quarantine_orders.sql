{{ config(schema='personal') }}

{{ quarantined_rows('orders', ref('typed_orders')) }}
