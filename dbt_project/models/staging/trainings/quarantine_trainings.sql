{{ config(schema='personal') }}

{{ quarantined_rows('trainings', ref('typed_trainings')) }}
