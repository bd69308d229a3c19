{{ config(materialized='table', schema='personal') }}

{{ typed_rows('usage_events') }}
