-- One row per month, channel, team, segment, duration and bin with a ticket: counts add up over any selection, as
-- medians do not. The bins are those of kpi.duration_histogram.
with bounded as (
    select * replace (
        named('channel', channel) as channel, named('team', team) as team, named('segment', segment) as segment
    )
    from temp.durations
    where month >= (select date_trunc('quarter', as_of_date) - interval 24 month from core.as_of)
)

select month, channel, team, segment, kpi, bin, sum(tickets)::bigint as tickets
from bounded
group by all
order by all
