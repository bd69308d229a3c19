-- One row per month, channel, team and segment with a ticket: what tickets add up to in the month they were created.
select
    date_trunc('month', created_on)::date as month, channel, team, segment,
    count(*) as tickets_created_numerator,
    count(*) filter (where is_live_offered and is_live_abandoned) as abandonment_rate_numerator,
    count(*) filter (where is_live_offered and is_live_answered_in_threshold) as service_level_numerator,
    count(*) filter (where is_live_offered) as abandonment_rate_denominator,
    count(*) filter (where is_live_offered) as service_level_denominator,
    count(*) filter (where is_assigned and is_transferred) as transfer_rate_numerator,
    count(*) filter (where is_assigned) as transfer_rate_denominator,
    count(*) filter (where is_escalated) as escalation_rate_numerator,
    count(*) as escalation_rate_denominator,
    count(*) filter (where is_repeat_settled and is_followed_by_repeat) as repeat_contact_rate_numerator,
    count(*) filter (where is_repeat_settled) as repeat_contact_rate_denominator
from core.fct_ticket
where is_counted
group by all
