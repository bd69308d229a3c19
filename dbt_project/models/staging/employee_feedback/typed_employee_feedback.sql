{{ config(materialized='table', schema='personal') }}

{{ typed_rows('employee_feedback') }}
