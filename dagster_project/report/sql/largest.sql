-- One row per channel, team and segment that the filters name: those with most tickets and answers of the last two
-- years, at most $most of each dimension.
with cases as (
    select channel, team, segment, month, tickets_created_numerator as case_count from temp.tickets_created
    union all
    select channel, team, segment, month, answers from temp.answers
),

counted as (
    select
        case when grouping(channel) = 0 then 'channel' when grouping(team) = 0 then 'team' else 'segment' end as dimension,
        coalesce(channel, team, segment) as value,
        sum(case_count) as case_count
    from cases
    where month >= (select date_trunc('quarter', as_of_date) - interval 24 month from core.as_of)
    group by grouping sets ((channel), (team), (segment))
)

select dimension, value
from counted
where value is not null
qualify row_number() over (partition by dimension order by case_count desc, value) <= $most
order by dimension, value
