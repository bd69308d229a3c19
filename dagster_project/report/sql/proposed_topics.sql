-- One row per theme that no rule of topics covers yet.
select language, terms, texts, share_of_uncovered, net_sentiment
from analysis.topic_proposal
order by language, proposal_number
limit 20
