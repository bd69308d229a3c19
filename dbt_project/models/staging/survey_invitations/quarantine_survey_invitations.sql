{{ config(schema='personal') }}

{{ quarantined_rows('survey_invitations', ref('typed_survey_invitations')) }}
