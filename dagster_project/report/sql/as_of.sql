-- One row: up to when the warehouse knows, and the zone its days are cut in.
select as_of, as_of_date, reporting_time_zone from core.as_of
