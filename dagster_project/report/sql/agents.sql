-- One row per agent, the five best of each team in each of the last complete periods; agents go by their key.
with latest as (
    select period_grain, period_start
    from core.dim_period
    where is_complete and period_grain in ('month', 'quarter')
    qualify row_number() over (partition by period_grain order by period_start desc) <= 4
)

select
    agents.period_grain, agents.period_start, agents.service_star_rank, agents.agent_key, agents.team, agents.stars,
    agents.tickets_solved, agents.agent_csat, agents.first_contact_resolution_rate, agents.first_response_minutes,
    agents.agent_throughput
from kpi.agent_scorecard as agents
inner join latest using (period_grain, period_start)
where agents.ranking_status = 'ranked' and agents.team in (select value from largest where dimension = 'team')
qualify row_number() over (
    partition by agents.period_grain, agents.period_start, agents.team
    order by agents.service_star_rank, agents.agent_key
) <= 5
order by agents.period_grain, agents.period_start, agents.service_star_rank, agents.agent_key
