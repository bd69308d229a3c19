{{ config(schema='personal') }}

{{ quarantined_rows('survey_responses', ref('typed_survey_responses')) }}
