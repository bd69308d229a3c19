-- One row per month, channel, team, segment, duration and bin of kpi.duration_histogram with a ticket.
with bounds as (
    select distinct bin, from_minutes, to_minutes from kpi.duration_histogram
),

durations as (
    select
        created_on, channel, team, segment, 'first_response_minutes' as kpi, first_response_minutes as minutes
    from core.fct_ticket
    where is_counted and first_response_minutes is not null
    union all
    select created_on, channel, team, segment, 'full_resolution_minutes', full_resolution_minutes
    from core.fct_ticket
    where is_counted and full_resolution_minutes is not null
)

select
    date_trunc('month', created_on)::date as month, channel, team, segment, kpi, bounds.bin, count(*) as tickets
from durations
inner join bounds
    on bounds.from_minutes <= durations.minutes and coalesce(durations.minutes < bounds.to_minutes, true)
group by all
