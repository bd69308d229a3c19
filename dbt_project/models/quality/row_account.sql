with landed as (
    select
        provided.source,
        provided.entity,
        loads.load_id,
        sum(loads.row_count) as landed_rows,
        sum(loads.reject_count) as rejected_lines
    from {{ source('landing', 'provided_entities') }} as provided
    inner join {{ source('landing', 'loads') }} as loads
        on provided.source = loads.source and provided.stream = loads.stream
    group by all
),

not_selected as (
    select
        source,
        entity,
        load_id,
        sum(row_count) as not_selected_rows
    from {{ source('landing', 'not_selected') }}
    group by all
),

removed as (
    select
        source,
        entity,
        load_id,
        sum(erased_rows) as erased_rows,
        sum(fact_rows) as fact_rows,
        sum(expired_rows) as expired_rows
    from {{ source('landing', 'removed') }}
    group by all
),

outcomes as (
    select
        source,
        entity,
        load_id,
        sum(row_count) filter (where outcome = 'accepted') as accepted_rows,
        sum(row_count) filter (where outcome = 'quarantined') as quarantined_rows,
        sum(row_count) filter (where outcome = 'superseded') as superseded_rows,
        sum(row_count) filter (where outcome = 'duplicate') as duplicate_rows,
        sum(ambiguous_time_count) as ambiguous_time_rows
    from {{ ref('row_outcome') }}
    group by all
),

accounts as (
    select
        coalesce(landed.source, outcomes.source) as source,
        coalesce(landed.entity, outcomes.entity) as entity,
        coalesce(landed.load_id, outcomes.load_id) as load_id,
        cast(coalesce(landed.rejected_lines, 0) as bigint) as rejected_lines,
        cast(
            coalesce(landed.landed_rows, 0) + coalesce(removed.erased_rows + removed.expired_rows, 0) as bigint
        ) as landed_rows,
        cast(coalesce(not_selected.not_selected_rows, 0) as bigint) as not_selected_rows,
        cast(coalesce(outcomes.accepted_rows, 0) as bigint) as accepted_rows,
        cast(coalesce(outcomes.quarantined_rows, 0) as bigint) as quarantined_rows,
        cast(coalesce(outcomes.superseded_rows, 0) as bigint) as superseded_rows,
        cast(coalesce(outcomes.duplicate_rows, 0) as bigint) as duplicate_rows,
        cast(coalesce(removed.erased_rows - removed.fact_rows, 0) as bigint) as erased_rows,
        cast(coalesce(removed.expired_rows, 0) as bigint) as expired_rows,
        cast(coalesce(outcomes.ambiguous_time_rows, 0) as bigint) as ambiguous_time_rows
    from landed
    left join not_selected
        on
            landed.source = not_selected.source
            and landed.entity = not_selected.entity
            and landed.load_id = not_selected.load_id
    left join removed
        on
            landed.source = removed.source
            and landed.entity = removed.entity
            and landed.load_id = removed.load_id
    full join outcomes
        on
            landed.source = outcomes.source
            and landed.entity = outcomes.entity
            and landed.load_id = outcomes.load_id
)

select
    source,
    entity,
    load_id,
    rejected_lines,
    landed_rows,
    not_selected_rows,
    landed_rows - not_selected_rows as extracted_rows,
    accepted_rows,
    quarantined_rows,
    superseded_rows,
    duplicate_rows,
    erased_rows,
    expired_rows,
    ambiguous_time_rows,
    landed_rows - not_selected_rows - accepted_rows - quarantined_rows - superseded_rows - duplicate_rows
    - erased_rows - expired_rows as unaccounted_rows
from accounts
