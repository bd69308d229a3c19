-- One row per category and team: who solves what best; shares and times of few tickets are drawn towards the category.
select
    category, team, tickets, shrunken_solved_share as solved_share,
    shrunken_full_resolution_minutes as full_resolution_minutes, shrunken_csat_rate as csat_rate, fit_score
from kpi.team_category_fit
where
    ranking_status = 'ranked' and fit_score is not null
    and team in (select value from largest where dimension = 'team')
order by category, fit_score desc, team
limit 100
