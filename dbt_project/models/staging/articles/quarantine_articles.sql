{{ config(schema='personal') }}

{{ quarantined_rows('articles', ref('typed_articles')) }}
