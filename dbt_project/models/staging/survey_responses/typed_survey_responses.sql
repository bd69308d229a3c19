{{ config(materialized='table', schema='personal') }}

{{ typed_rows('survey_responses', parents={'survey_invitations': ref('typed_survey_invitations')}) }}
