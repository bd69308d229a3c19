select
    market_benchmark_key,
    source,
    kpi,
    industry,
    period,
    value,
    unit,
    p25,
    p75,
    publisher,
    url
from {{ ref('stg_market_benchmarks') }}
