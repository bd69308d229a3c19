{{ config(schema='personal') }}

{{ quarantined_rows('social_posts', ref('typed_social_posts')) }}
