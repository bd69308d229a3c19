-- One row per month, channel, team and segment with any activity: numerator and denominator of each KPI that tickets,
-- promises and answers add up to. Beyond the largest values of a dimension everything is in '(all others)', so that the
-- page stays small. Each where and date is that of dbt_project/models/kpi/values/.
with facts as (
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

    union all by name

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

    union all by name

    select
        date_trunc('month', responded_on)::date as month, channel, team, segment,
        count(*) filter (where is_satisfied) as csat_rate_numerator,
        count(is_satisfied) as csat_rate_denominator,
        sum(nps_contribution) as nps_numerator,
        count(nps_contribution) as nps_denominator
    from core.fct_survey_response
    where is_counted
    group by all

    union all by name

    select
        date_trunc('month', started_on)::date as month, channel, team, segment,
        count(*) filter (where status = 'met') as sla_attainment_rate_numerator,
        count(*) as sla_attainment_rate_denominator
    from core.fct_sla_target
    where status in ('met', 'breached')
    group by all

    union all by name

    select
        date_trunc('month', answered_on)::date as month, channel, team, segment,
        count(*) filter (where status = 'followed up') as close_the_loop_rate_numerator,
        count(*) as close_the_loop_rate_denominator
    from kpi.closed_loop
    where is_settled
    group by all
),

bounded as (
    select * replace (
        named('channel', channel) as channel, named('team', team) as team, named('segment', segment) as segment
    )
    from facts
    where month >= (select date_trunc('quarter', as_of_date) - interval 24 month from core.as_of)
)

select month, channel, team, segment, sum(columns(* exclude (month, channel, team, segment)))::bigint as '\0'
from bounded
group by month, channel, team, segment
order by month, channel, team, segment
