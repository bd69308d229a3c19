{{ config(schema='personal') }}

{{ quarantined_rows('initiatives', ref('typed_initiatives')) }}
