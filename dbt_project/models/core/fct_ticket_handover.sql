{#- A ticket began with a hand-over where that came before the first public message of a human agent. -#}
with events as (
    select * from {{ ref('fct_ticket_event') }}
),

tickets_with_handover as (
    select ticket_key
    from events
    where event_type = 'bot_handover'
    group by ticket_key
),

first_moves as (
    select
        events.ticket_key,
        events.event_type,
        events.occurred_at
    from events
    inner join tickets_with_handover on events.ticket_key = tickets_with_handover.ticket_key
    where
        events.event_type = 'bot_handover'
        or (events.event_type = 'message' and events.is_public and events.is_human_agent)
    qualify row_number() over (
        partition by events.ticket_key
        order by events.occurred_at, events.source_position, events.source_mapping, events.ticket_event_key
    ) = 1
),

handovers as (
    select
        ticket_key,
        occurred_at as handed_over_at,
        false as is_from_session
    from first_moves
    where event_type = 'bot_handover'

    union all

    select
        handed_over_ticket_key as ticket_key,
        coalesce(ended_at, started_at) as handed_over_at,
        true as is_from_session
    from {{ ref('fct_self_service_session') }}
    where handed_over_ticket_key is not null
)

select
    handovers.ticket_key,
    tickets.source,
    min(handovers.handed_over_at) as handed_over_at,
    bool_or(handovers.is_from_session) as is_from_session
from handovers
inner join {{ ref('fct_ticket') }} as tickets on handovers.ticket_key = tickets.ticket_key
group by handovers.ticket_key, tickets.source
