-- One row per number of months after the first: of all customers whose cohort is that old, the share still active.
select months_since, segment, sum(customers) as customers, sum(retained) as retained,
    sum(retained) / sum(customers) as retention_rate
from kpi.customer_cohort
where is_complete and (segment = 'all' or segment in (select value from largest where dimension = 'segment'))
group by months_since, segment
order by segment, months_since
