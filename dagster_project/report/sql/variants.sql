-- One row per course that tickets take, the eight most frequent.
select variant_rank, variant, tickets, share, cumulative_share, reopened_share, median_full_resolution_minutes
from kpi.process_variant
order by variant_rank
limit 8
