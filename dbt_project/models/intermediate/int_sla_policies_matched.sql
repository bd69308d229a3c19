{#- Targets share few combinations of conditions: each is matched with the policies once. An empty condition matches all. -#}
with described as (
    select distinct
        coalesce(channel, 'unknown') as channel,
        coalesce(product, 'unknown') as product
    from {{ ref('int_tickets_combined') }}
),

segments as (
    select distinct coalesce(segment, 'unknown') as segment
    from {{ ref('int_customer_versions') }}

    union distinct

    select 'unknown' as segment
),

priorities as (
    select distinct priority
    from {{ ref('int_ticket_states') }}
)

select
    described.channel,
    described.product,
    segments.segment,
    priorities.priority,
    min(policies.position) as policy_position
from described
cross join segments
cross join priorities
inner join {{ ref('sla_policies') }} as policies
    on
        coalesce(lower(policies.channel) = lower(described.channel), policies.channel is null)
        and coalesce(lower(policies.product) = lower(described.product), policies.product is null)
        and coalesce(lower(policies.segment) = lower(segments.segment), policies.segment is null)
        and coalesce(lower(policies.priority) = lower(priorities.priority), policies.priority is null)
group by described.channel, described.product, segments.segment, priorities.priority
