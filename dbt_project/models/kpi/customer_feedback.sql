{#- A negative answer is unresolved until a human agent has written to the customer again, on any ticket. -#}
with answers as (
    select
        responses.*,
        coalesce(responses.is_dissatisfied, false) or coalesce(responses.nps_contribution = -1, false) as is_negative,
        row_number() over (
            partition by responses.customer_key, responses.question
            order by responses.responded_at desc, responses.survey_response_key desc
        ) as newest_rank
    from {{ ref('fct_survey_response') }} as responses
    inner join {{ ref('as_of') }} as as_of on responses.responded_at <= as_of.as_of
    where
        responses.is_counted and responses.customer_key <> 'unknown'
        and (
            (responses.question = 'overall' and responses.score is not null)
            or responses.nps_contribution is not null
        )
),

contacts as (
    select
        tickets.customer_key,
        max(events.occurred_at) as last_contact_at
    from {{ ref('fct_ticket_event') }} as events
    inner join {{ ref('fct_ticket') }} as tickets on events.ticket_key = tickets.ticket_key
    where events.event_type = 'message' and events.is_public and events.is_human_agent
    group by tickets.customer_key
)

select
    answers.customer_key,
    max(
        1 + 4 * (answers.score - answers.scale_min) / nullif(answers.scale_max - answers.scale_min, 0)
    ) filter (where answers.question = 'overall' and answers.newest_rank = 1) as last_csat_score,
    max(answers.responded_at) filter (where answers.question = 'overall') as last_csat_at,
    max(
        case answers.nps_contribution when 1 then 'promoter' when 0 then 'passive' when -1 then 'detractor' end
    ) filter (where answers.question = 'recommend' and answers.newest_rank = 1) as last_nps_class,
    max(answers.responded_at) filter (where answers.question = 'recommend') as last_nps_at,
    count(*) filter (where answers.is_negative) as negative_count,
    count(*) filter (
        where answers.is_negative and coalesce(contacts.last_contact_at <= answers.responded_at, true)
    ) as unresolved_negative_count
from answers
left join contacts on answers.customer_key = contacts.customer_key
group by answers.customer_key
