{{ config(schema='personal') }}

{{ quarantined_rows('employee_feedback', ref('typed_employee_feedback')) }}
