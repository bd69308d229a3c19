{{ config(materialized='table', schema='personal') }}

{{ typed_rows('agents') }}
