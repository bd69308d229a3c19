{#- Beyond these, variants are put together in one row. -#}
{% set variants_apart = 200 %}
with paths as (
    select
        ticket_key,
        {{ text_in_order("activity", " > ", "activity_number") }} as variant,
        count(*) as steps
    from {{ ref('fct_ticket_activity') }}
    where is_variant_step
    group by ticket_key
),

ranks as (
    select
        variant,
        row_number() over (order by count(*) desc, variant) as variant_rank
    from paths
    group by variant
),

ranked as (
    select
        least(ranks.variant_rank, {{ variants_apart }} + 1) as variant_rank,
        case when ranks.variant_rank <= {{ variants_apart }} then paths.variant else 'other' end as variant,
        paths.variant as own_variant,
        case when ranks.variant_rank <= {{ variants_apart }} then paths.steps end as steps,
        tickets.full_resolution_minutes,
        tickets.is_solved,
        tickets.reopen_count > 0 as is_reopened
    from paths
    inner join ranks on paths.variant = ranks.variant
    inner join {{ ref('fct_ticket') }} as tickets on paths.ticket_key = tickets.ticket_key
),

grouped as (
    select
        variant_rank,
        variant,
        count(distinct own_variant) as variants,
        max(steps) as steps,
        count(*) as tickets,
        sum(case when is_solved then 1 else 0 end) as solved_tickets,
        sum(case when is_reopened then 1 else 0 end) as reopened_tickets,
        percentile_cont(0.5) within group (order by full_resolution_minutes) as median_full_resolution_minutes
    from ranked
    group by variant_rank, variant
)

select
    cast(variant_rank as bigint) as variant_rank,
    variant,
    cast(variants as bigint) as variants,
    cast(steps as bigint) as steps,
    cast(tickets as bigint) as tickets,
    cast(tickets as double) / cast(sum(tickets) over () as double) as share,
    cast(sum(tickets) over (order by variant_rank) as double) / cast(sum(tickets) over () as double) as cumulative_share,
    cast(solved_tickets as bigint) as solved_tickets,
    cast(reopened_tickets as bigint) as reopened_tickets,
    cast(reopened_tickets as double) / cast(tickets as double) as reopened_share,
    median_full_resolution_minutes
from grouped
