{{ config(materialized='table', schema='personal') }}

{{ typed_rows('trainings', parents={'agents': ref('typed_agents')}) }}
