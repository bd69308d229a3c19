"""Answers on overall satisfaction beside what may have moved them."""

DRIVERS = {
    "dimension": ("response_speed", "service_quality", "problem_solving", "attitude", "knowledge"),
    "operation": (
        "first_response_minutes",
        "first_resolution_minutes",
        "agent_wait_minutes",
        "on_hold_minutes",
        "is_reopened",
        "is_transferred",
        "is_escalated",
    ),
}

# One row an answer: regression needs them. The newest 50,000 say as much as millions, and bound memory. Of the ticket
# only what had happened before the answer: a bad answer itself makes an agent call back and reopen.
ANSWERS = """
with answers as (
    select
        survey_response_key,
        survey_id,
        case when customer_key = 'unknown' then survey_response_key else customer_key end as customer,
        ticket_key,
        segment,
        responded_at,
        score_1_to_5 as overall,
        {questionnaire} as questionnaire
    from core.fct_survey_response
    where question = 'overall' and is_counted and score_1_to_5 is not null
    order by responded_at desc, survey_response_key
    limit 50000
),

dimensions as (
    select
        survey_id,
        {questionnaire} as questionnaire,
        {dimensions}
    from core.fct_survey_response
    where is_counted and question <> 'overall'
    group by all
),

steps as (
    select
        answers.survey_response_key,
        bool_or(steps.activity = 'reopened') as is_reopened,
        bool_or(steps.activity = 'escalated') as is_escalated,
        bool_or(steps.activity = 'team changed' and steps.occurred_at > tickets.first_assigned_at) as is_transferred
    from answers
    inner join core.fct_ticket as tickets using (ticket_key)
    inner join core.fct_ticket_activity as steps using (ticket_key)
    where steps.occurred_at < answers.responded_at
    group by answers.survey_response_key
)

select
    answers.survey_response_key,
    answers.customer,
    answers.segment,
    answers.overall,
    dimensions.* exclude (survey_id, questionnaire),
    case when tickets.first_response_at < answers.responded_at then ln(1 + tickets.first_response_minutes) end
        as first_response_minutes,
    case when tickets.first_solved_at < answers.responded_at then ln(1 + tickets.first_resolution_minutes) end
        as first_resolution_minutes,
    case when tickets.last_solved_at < answers.responded_at then ln(1 + tickets.agent_wait_minutes) end
        as agent_wait_minutes,
    case when tickets.last_solved_at < answers.responded_at then ln(1 + tickets.on_hold_minutes) end
        as on_hold_minutes,
    cast(steps.is_reopened as double) as is_reopened,
    cast(steps.is_transferred as double) as is_transferred,
    cast(steps.is_escalated as double) as is_escalated
from answers
left join dimensions using (survey_id, questionnaire)
left join core.fct_ticket as tickets using (ticket_key)
left join steps using (survey_response_key)
""".replace(
    "{dimensions}",
    ",\n        ".join(
        f"max(score_1_to_5) filter (where question = '{name}') as {name}" for name in DRIVERS["dimension"]
    ),
).replace(
    # Answers of one sitting; of an unknown customer without invitation and ticket nobody can say.
    "{questionnaire}",
    "coalesce(survey_invitation_key, ticket_key, case when customer_key <> 'unknown' then"
    " customer_key || ' ' || responded_at end)",
)
