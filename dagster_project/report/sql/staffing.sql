-- One row per team, weekday and hour: people needed and there; team 'all' sums the teams up.
with hours as (
    select team, iso_day_of_week, hour_of_day, agents_required, agents_there, agents_missing
    from analysis.staffing_requirement
    where channel = 'all'
)

select 'all' as team, iso_day_of_week, hour_of_day,
    sum(agents_required::decimal(38, 12))::double as agents_required,
    sum(agents_there::decimal(38, 12))::double as agents_there,
    sum(agents_missing::decimal(38, 12))::double as agents_missing
from hours
group by iso_day_of_week, hour_of_day
union all
select team, iso_day_of_week, hour_of_day, agents_required, agents_there, agents_missing
from hours
where team in (select value from largest where dimension = 'team')
order by team, iso_day_of_week, hour_of_day
