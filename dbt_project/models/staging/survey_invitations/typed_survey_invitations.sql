{{ config(materialized='table', schema='personal') }}

{{ typed_rows('survey_invitations') }}
