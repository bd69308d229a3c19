{{ config(schema='personal') }}

{{ quarantined_rows('market_benchmarks', ref('typed_market_benchmarks')) }}
