{{ config(schema='personal') }}

{{ quarantined_rows('agents', ref('typed_agents')) }}
