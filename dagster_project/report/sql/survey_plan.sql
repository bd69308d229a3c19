-- One row per stratum: invitations that the next survey needs.
select stratification, stratum, population, expected_response_rate, expected_csat_rate, wanted_margin_of_error,
    needed_answers, needed_invitations, reached_margin_of_error, verdict
from analysis.survey_plan
order by stratification, stratum
limit 60
