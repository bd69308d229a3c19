-- One row per month, channel, team and segment with any activity: numerator and denominator of each KPI that tickets,
-- promises and answers add up to. Beyond the largest values of a dimension everything is in '(all others)', so that the
-- page stays small. Each where and date, here and in facts/, is that of dbt_project/models/kpi/values/.
with facts as (
    select * from temp.tickets_created
    union all by name
    select * from temp.tickets_solved
    union all by name
    select * exclude (answers) from temp.answers
    union all by name
    select * from temp.promises

    union all by name

    select
        date_trunc('month', answered_on)::date as month, channel, team, segment,
        count(*) filter (where status = 'followed up') as close_the_loop_rate_numerator,
        count(*) as close_the_loop_rate_denominator
    from kpi.closed_loop
    where is_settled
    group by all
),

bounded as (
    select * replace (
        named('channel', channel) as channel, named('team', team) as team, named('segment', segment) as segment
    )
    from facts
    where month >= (select date_trunc('quarter', as_of_date) - interval 24 month from core.as_of)
)

select month, channel, team, segment, sum(columns(* exclude (month, channel, team, segment)))::bigint as '\0'
from bounded
group by month, channel, team, segment
order by month, channel, team, segment
