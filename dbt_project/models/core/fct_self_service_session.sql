with sessions as (
    select * from {{ ref('stg_self_service_sessions') }}
),

windows as (
    select
        max(settle_window_hours) filter (where kpi = 'deflection_rate') as deflection_hours,
        max(settle_window_hours) filter (where kpi = 'bot_containment_rate') as containment_hours
    from {{ ref('kpis') }}
),

next_tickets as (
    select
        sessions.self_service_session_key,
        min(tickets.created_at) as next_ticket_at
    from sessions
    inner join {{ ref('fct_ticket') }} as tickets
        on sessions.customer_key = tickets.customer_key and sessions.started_at < tickets.created_at
    where tickets.is_counted
    group by sessions.self_service_session_key
),

timed as (
    select
        sessions.*,
        sessions.kind <> 'bot' and sessions.customer_key is not null as is_deflectable,
        next_tickets.next_ticket_at,
        {{ minutes_between('sessions.started_at', 'next_tickets.next_ticket_at') }} as next_ticket_minutes,
        {{ minutes_between('sessions.started_at', 'as_of.as_of') }} as age_minutes
    from sessions
    cross join {{ ref('int_as_of') }} as as_of
    left join next_tickets on sessions.self_service_session_key = next_tickets.self_service_session_key
)

select
    timed.self_service_session_key,
    timed.source,
    timed.kind,
    coalesce(timed.customer_key, 'unknown') as customer_key,
    coalesce(customers.segment, 'unknown') as segment,
    coalesce(timed.topic, 'unknown') as topic,
    timed.article_key,
    timed.handed_over_ticket_key,
    timed.handed_over_ticket_key is not null as is_handed_over,
    timed.rated_helpful as is_rated_helpful,
    timed.started_at,
    {{ reporting_date('timed.started_at') }} as started_on,
    timed.ended_at,
    {{ minutes_between('timed.started_at', 'timed.ended_at') }} as session_minutes,
    timed.next_ticket_at,
    timed.is_deflectable and timed.age_minutes >= 60 * windows.deflection_hours as is_deflection_settled,
    timed.is_deflectable
    and coalesce(timed.next_ticket_minutes > 60 * windows.deflection_hours, true) as is_deflected,
    timed.kind = 'bot' and timed.age_minutes >= 60 * windows.containment_hours as is_containment_settled,
    timed.kind = 'bot'
    and timed.handed_over_ticket_key is null
    and coalesce(timed.next_ticket_minutes > 60 * windows.containment_hours, true) as is_contained
from timed
cross join windows
left join {{ ref('int_customer_versions') }} as customers
    on
        timed.customer_key = customers.customer_key
        and timed.started_at >= customers.valid_from
        and timed.started_at < customers.valid_to
