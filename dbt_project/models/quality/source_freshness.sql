with provided as (
    select distinct
        source,
        entity
    from {{ source('landing', 'provided_entities') }}
),

outcomes as (
    select
        source,
        entity,
        sum(row_count) as extracted_rows,
        sum(row_count) filter (where outcome = 'accepted') as accepted_rows,
        sum(row_count) filter (where outcome = 'quarantined') as quarantined_rows,
        max(newest_at) filter (where outcome = 'accepted') as newest_at
    from {{ ref('row_outcome') }}
    group by all
),

newest as (
    select coalesce({{ configured_as_of() }}, max(newest_at)) as as_of
    from outcomes
)

select
    provided.source,
    provided.entity,
    cast(coalesce(outcomes.extracted_rows, 0) as bigint) as extracted_rows,
    cast(coalesce(outcomes.accepted_rows, 0) as bigint) as accepted_rows,
    cast(coalesce(outcomes.quarantined_rows, 0) as bigint) as quarantined_rows,
    cast(outcomes.quarantined_rows as double) / nullif(outcomes.extracted_rows, 0) as quarantined_rate,
    outcomes.newest_at,
    newest.as_of,
    {{ minutes_between('outcomes.newest_at', 'newest.as_of') }} / 1440 as days_behind
from provided
cross join newest
left join outcomes
    on provided.source = outcomes.source and provided.entity = outcomes.entity
