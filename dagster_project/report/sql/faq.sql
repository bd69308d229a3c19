-- One row per topic and product that no article covers, those that take most working time.
select candidate_rank, topic, product, tickets, handle_minutes_total / 60 as handle_hours, handle_minutes_share
from kpi.faq_candidate
where not is_covered
order by candidate_rank
limit 10
