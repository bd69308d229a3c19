{{ config(materialized='table', schema='personal') }}

{{ typed_rows('market_benchmarks') }}
