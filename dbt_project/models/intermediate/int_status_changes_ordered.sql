{#- The ticket's canonical status from each instant on; repetitions of the same status are left out. -#}
with changes as (
    select
        events.ticket_key,
        events.occurred_at,
        coalesce(statuses.canonical_status, 'unmapped') as status,
        lag(coalesce(statuses.canonical_status, 'unmapped')) over (
            partition by events.ticket_key
            order by events.occurred_at, events.source_position, events.source_mapping, events.ticket_event_key
        ) as previous_status
    from {{ ref('stg_ticket_events') }} as events
    left join {{ ref('statuses') }} as statuses
        on lower(events.to_value) = statuses.status
    where events.event_type = 'status_changed'
)

select
    ticket_key,
    occurred_at,
    status,
    coalesce(previous_status, 'new') as previous_status,
    status in ('solved', 'closed') as is_solved,
    coalesce(previous_status, 'new') in ('solved', 'closed') as was_solved
from changes
where status <> coalesce(previous_status, 'new')
