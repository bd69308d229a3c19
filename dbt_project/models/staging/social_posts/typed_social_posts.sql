{{ config(materialized='table', schema='personal') }}

{{ typed_rows('social_posts') }}
