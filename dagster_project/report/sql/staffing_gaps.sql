-- One row per team, weekday and hour with most people missing.
select team, iso_day_of_week, hour_of_day, agents_required, agents_there, agents_missing
from analysis.staffing_requirement
where channel = 'all' and agents_missing > 0
order by agents_missing desc, team, iso_day_of_week, hour_of_day
limit 10
