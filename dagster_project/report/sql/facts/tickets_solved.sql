-- One row per month, channel, team and segment with a solved ticket: what tickets add up to in the month they were
-- first solved.
select
    date_trunc('month', first_solved_on)::date as month, channel, team, segment,
    count(*) as tickets_solved_numerator,
    count(*) filter (where is_reopen_settled and is_reopened_in_window) as reopen_rate_numerator,
    count(*) filter (where is_reopen_settled) as reopen_rate_denominator,
    count(*) filter (where is_first_contact_settled and is_first_contact_resolution)
        as first_contact_resolution_rate_numerator,
    count(*) filter (where is_first_contact_settled and is_first_contact_resolution is not null)
        as first_contact_resolution_rate_denominator
from core.fct_ticket
where is_counted and first_solved_on is not null
group by all
