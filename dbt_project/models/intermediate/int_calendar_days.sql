{#- Business time is known on these days and on no others: nothing that was accepted happened outside. -#}
with tickets as (
    select min(created_at) as first_at
    from {{ ref('stg_tickets') }}
),

events as (
    select min(occurred_at) as first_at
    from {{ ref('stg_ticket_events') }}
),

accepted as (
    select max(newest_at) as last_at
    from {{ ref('row_outcome') }}
    where outcome = 'accepted'
),

-- an as-of instant that is configured may lie before what is known by now
bounds as (
    select
        cast(least(tickets.first_at, events.first_at) as date) as first_date,
        cast(greatest(as_of.as_of, accepted.last_at) as date) as last_date
    from tickets
    cross join events
    cross join accepted
    cross join {{ ref('int_as_of') }} as as_of
)

select {{ days_between(plus_days('first_date', -1), plus_days('last_date', calendar_days_ahead())) }} as utc_date
from bounds
