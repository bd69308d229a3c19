-- One row per segment and driver of satisfaction that could be judged, the strongest first.
select
    segment, driver_group, driver, answers, spearman, coefficient, coefficient_low, coefficient_high, verdict
from analysis.driver
where coefficient is not null and (segment = 'all' or segment in (select value from largest where dimension = 'segment'))
order by segment, driver_group, driver_rank, driver
