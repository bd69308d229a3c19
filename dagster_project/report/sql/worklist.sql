-- One row per negative text that nobody has answered, the most urgent first; customers go by their key.
select urgency_rank, kind, document_key, customer_key, team, platform, urgency_points
from kpi.feedback_worklist
order by urgency_rank, text_key
limit 20
