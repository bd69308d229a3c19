-- One row per period and team that is ranked: what the award is made of.
select
    period_grain, period_start, team_award_rank, team, tickets_solved, team_csat,
    first_contact_resolution_rate, first_response_minutes, agent_throughput, star_score, stars
from kpi.team_scorecard
where
    period_grain in ('month', 'quarter') and team_award_rank is not null
    and period_start >= (select date_trunc('quarter', as_of_date) - interval 24 month from core.as_of)
qualify row_number() over (partition by period_grain, period_start order by team_award_rank, team) <= 12
order by period_grain, period_start, team_award_rank, team
