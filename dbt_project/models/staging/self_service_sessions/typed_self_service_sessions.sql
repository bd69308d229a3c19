{{ config(materialized='table', schema='personal') }}

{{ typed_rows('self_service_sessions') }}
