-- One row per bin of durations, in minutes; the last one has no end.
select distinct bin, from_minutes, to_minutes from kpi.duration_histogram order by bin
