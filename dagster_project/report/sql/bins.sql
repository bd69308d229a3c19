-- One row per month, channel, team, segment, duration and bin with a ticket: counts add up over any selection, as
-- medians do not. The bins are those of kpi.duration_histogram.
with bounds as (
    select distinct bin, from_minutes, to_minutes from kpi.duration_histogram
),

durations as (
    select date_trunc('month', created_on)::date as month, channel, team, segment, kpi, minutes
    from (
        select created_on, channel, team, segment, 'first_response_minutes' as kpi, first_response_minutes as minutes
        from core.fct_ticket
        where is_counted
        union all
        select created_on, channel, team, segment, 'full_resolution_minutes', full_resolution_minutes
        from core.fct_ticket
        where is_counted
    )
    where minutes is not null
),

bounded as (
    select * replace (
        named('channel', channel) as channel, named('team', team) as team, named('segment', segment) as segment
    )
    from durations
    where month >= (select date_trunc('quarter', as_of_date) - interval 24 month from core.as_of)
)

select bounded.month, bounded.channel, bounded.team, bounded.segment, bounded.kpi, bounds.bin, count(*) as tickets
from bounded
inner join bounds
    on bounds.from_minutes <= bounded.minutes and coalesce(bounded.minutes < bounds.to_minutes, true)
group by all
order by all
