{{ config(schema='personal') }}

{{ quarantined_rows('teams', ref('typed_teams')) }}
