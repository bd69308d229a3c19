-- One row per month, channel, team and segment with an answer to a survey: what answers add up to.
select
    date_trunc('month', responded_on)::date as month, channel, team, segment,
    count(*) as answers,
    count(*) filter (where is_satisfied) as csat_rate_numerator,
    count(is_satisfied) as csat_rate_denominator,
    sum(nps_contribution) as nps_numerator,
    count(nps_contribution) as nps_denominator
from core.fct_survey_response
where is_counted
group by all
