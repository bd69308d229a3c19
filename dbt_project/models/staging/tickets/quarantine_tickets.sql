{{ config(schema='personal') }}

{{ quarantined_rows('tickets', ref('typed_tickets')) }}
