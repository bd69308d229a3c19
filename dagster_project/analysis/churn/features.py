"""What was known of each customer at each cut, and who was active in the 13 weeks after it.

A cut is the beginning of a week. Whatever came later takes no part: what a ticket has become since is looked up by
the instants of its steps, and what a source overwrites without keeping when (segment, plan, level of use) is left out.
"""

HORIZON_WEEKS = 13

# Of each feature what it says; more of it may raise the risk or lower it.
FEATURES = (
    "weeks_active_of_13",
    "weeks_active_of_26",
    "weeks_since_active",
    "tenure_weeks",
    "orders_of_26_weeks",
    "weeks_since_order",
    "uses_of_13_weeks",
    "tickets_of_26_weeks",
    "weeks_since_ticket",
    "last_ticket_wait_log_minutes",
    "last_ticket_rework_steps",
    "last_ticket_unsolved",
    "last_csat_score",
    "last_recommend_score",
)

# The cut of the current week is scored, four earlier ones are learned from; each needs half a year of history. Of the
# earlier ones a sample of 30,000 customers each is enough for any figure here, and bounds time and memory.
CUSTOMERS = """
with instants as (
    select as_of, reporting_time_zone, cast(date_trunc('week', as_of_date) as date) as scored_on
    from core.as_of
),

calendar as (
    select cast(min(period_start) as date) as first_on from core.dim_period where period_grain = 'week'
),

cuts as (
    select
        instants.scored_on - 91 * number as cut_on,
        timezone('UTC', timezone(reporting_time_zone, cast(instants.scored_on - 91 * number as timestamp))) as cut_at,
        instants.as_of,
        number = 0 as is_scored
    from instants
    cross join calendar
    cross join (values (0), (1), (2), (3), (4)) as numbers(number)
    where instants.scored_on - 91 * number - 182 >= calendar.first_on
),

runs as (
    select
        customer_key,
        cast(first_period_start as date) as starts_on,
        cast(last_period_start as date) + 7 as ends_before
    from core.fct_customer_activity
    where period_grain = 'week'
),

active as (
    select
        cuts.cut_on,
        cuts.cut_at,
        cuts.as_of,
        cuts.is_scored,
        runs.customer_key,
        -- Every figure but the outcome is of runs that had begun, as far as they had come.
        sum(greatest(0, date_diff('day', greatest(starts_on, cut_on - 91), least(ends_before, cut_on))))
            filter (where starts_on < cut_on) / 7 as weeks_active_of_13,
        sum(greatest(0, date_diff('day', greatest(starts_on, cut_on - 182), least(ends_before, cut_on))))
            filter (where starts_on < cut_on) / 7 as weeks_active_of_26,
        date_diff('day', max(least(ends_before, cut_on)) filter (where starts_on < cut_on), cut_on) / 7
            as weeks_since_active,
        case
            when not cuts.is_scored then not bool_or(ends_before > cut_on and starts_on < cut_on + 91)
        end as is_silent
    from cuts
    inner join runs on runs.starts_on < cuts.cut_on + 91 and runs.ends_before > cuts.cut_on - 182
    group by cuts.cut_on, cuts.cut_at, cuts.as_of, cuts.is_scored, runs.customer_key
    having bool_or(starts_on < cut_on and ends_before > cut_on - 91)
),

members as (
    select
        active.*,
        least(520, greatest(0, date_diff('day', customers.signup_at, active.cut_at)) / 7) as tenure_weeks
    from active
    inner join core.dim_customer as customers using (customer_key)
    where
        -- Of those who said so before, nobody needs to be told the risk.
        coalesce(customers.churned_at > if(active.is_scored, active.as_of, active.cut_at), true)
    qualify
        active.is_scored
        or row_number() over (partition by active.cut_on order by md5(customer_key), customer_key) <= 30000
),

orders as (
    select
        members.cut_on,
        customer_key,
        count(*) as orders_of_26_weeks,
        date_diff('day', max(orders.ordered_on), members.cut_on) / 7 as weeks_since_order
    from members
    inner join core.fct_order as orders using (customer_key)
    where orders.ordered_on >= members.cut_on - 182 and orders.ordered_on < members.cut_on
    group by members.cut_on, customer_key
),

uses as (
    select members.cut_on, customer_key, count(*) as uses_of_13_weeks
    from members
    inner join core.fct_usage_event as uses using (customer_key)
    where uses.occurred_on >= members.cut_on - 91 and uses.occurred_on < members.cut_on
    group by members.cut_on, customer_key
),

tickets as (
    select
        members.cut_on,
        members.cut_at,
        customer_key,
        tickets.ticket_key,
        tickets.first_assigned_at,
        count(*) over (partition by members.cut_on, customer_key) as tickets_of_26_weeks,
        date_diff('day', tickets.created_at, members.cut_at) / 7 as weeks_since_ticket,
        ln(1 + greatest(0, date_diff(
            'minute', tickets.created_at, least(tickets.first_response_at, tickets.first_solved_at, members.cut_at)
        ))) as last_ticket_wait_log_minutes,
        cast(coalesce(tickets.first_solved_at >= members.cut_at, true) as integer) as last_ticket_unsolved
    from members
    inner join core.fct_ticket as tickets using (customer_key)
    where
        tickets.is_counted
        and tickets.created_at >= members.cut_at - interval 182 day and tickets.created_at < members.cut_at
    qualify
        row_number() over (
            partition by members.cut_on, customer_key order by tickets.created_at desc, tickets.ticket_key
        ) = 1
),

steps as (
    select tickets.cut_on, tickets.customer_key, count(*) as last_ticket_rework_steps
    from tickets
    inner join core.fct_ticket_activity as steps using (ticket_key)
    where
        steps.occurred_at < tickets.cut_at
        and (
            steps.activity in ('reopened', 'escalated')
            or (steps.activity = 'team changed' and steps.occurred_at > tickets.first_assigned_at)
        )
    group by tickets.cut_on, tickets.customer_key
),

answers as (
    select
        members.cut_on,
        customer_key,
        max_by(answers.score_1_to_5, (answers.responded_at, answers.survey_response_key))
            filter (where answers.question = 'overall') as last_csat_score,
        max_by(answers.score, (answers.responded_at, answers.survey_response_key))
            filter (where answers.question = 'recommend') as last_recommend_score
    from members
    inner join core.fct_survey_response as answers using (customer_key)
    where
        answers.score is not null
        and answers.responded_at >= members.cut_at - interval 182 day and answers.responded_at < members.cut_at
    group by members.cut_on, customer_key
)

select
    members.cut_on,
    members.customer_key,
    members.is_scored,
    members.is_silent,
    members.weeks_active_of_13,
    members.weeks_active_of_26,
    members.weeks_since_active,
    members.tenure_weeks,
    coalesce(orders.orders_of_26_weeks, 0) as orders_of_26_weeks,
    coalesce(orders.weeks_since_order, 26) as weeks_since_order,
    coalesce(uses.uses_of_13_weeks, 0) as uses_of_13_weeks,
    coalesce(tickets.tickets_of_26_weeks, 0) as tickets_of_26_weeks,
    coalesce(tickets.weeks_since_ticket, 26) as weeks_since_ticket,
    coalesce(tickets.last_ticket_wait_log_minutes, 0) as last_ticket_wait_log_minutes,
    coalesce(steps.last_ticket_rework_steps, 0) as last_ticket_rework_steps,
    coalesce(tickets.last_ticket_unsolved, 0) as last_ticket_unsolved,
    answers.last_csat_score,
    answers.last_recommend_score
from members
left join orders using (cut_on, customer_key)
left join uses using (cut_on, customer_key)
left join tickets using (cut_on, customer_key)
left join steps using (cut_on, customer_key)
left join answers using (cut_on, customer_key)
"""
