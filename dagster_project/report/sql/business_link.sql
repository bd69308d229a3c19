-- One row per measure of experience and outcome: do customers who are served better stay and spend more.
select measure, outcome, customer_periods, customers, spearman, spearman_low, spearman_high,
    retention_of_lowest_third, retention_of_highest_third, verdict, reason
from analysis.satisfaction_business_link
where period_grain = 'quarter'
order by outcome, measure
