-- One row per source and entity with instants: how far it lies behind the newest instant of all.
select source, entity, newest_at, days_behind
from quality.source_freshness
where newest_at is not null
order by days_behind desc, source, entity
limit 200
