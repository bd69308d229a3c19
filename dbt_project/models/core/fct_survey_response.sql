{#- A repeated answer to one invitation counts once, the last one; a question that was left blank is no answer. -#}
with repeated as (
    select
        invitation_key,
        question
    from {{ ref('stg_survey_responses') }}
    where invitation_key is not null
    group by invitation_key, question
    having count(*) > 1
),

{#- Few are repeated: only those are put in order. -#}
replaced as (
    select responses.survey_response_key
    from {{ ref('stg_survey_responses') }} as responses
    inner join repeated
        on responses.invitation_key = repeated.invitation_key and responses.question = repeated.question
    qualify
        row_number() over (
            partition by responses.invitation_key, responses.question
            order by
                case when responses.score is null then 1 else 0 end,
                responses.responded_at desc,
                responses.survey_response_key desc
        ) > 1
),

answers as (
    select
        responses.*,
        coalesce(responses.scale_min, rules.scale_min) as lowest,
        coalesce(responses.scale_max, rules.scale_max) as highest,
        rules.satisfied_from,
        rules.dissatisfied_to,
        replaced.survey_response_key is null as is_counted
    from {{ ref('stg_survey_responses') }} as responses
    left join {{ ref('survey_scales') }} as rules
        on responses.survey_id = rules.survey_id and responses.question = rules.question
    left join replaced on responses.survey_response_key = replaced.survey_response_key
)

select
    answers.survey_response_key,
    answers.source,
    answers.survey_id,
    answers.question,
    answers.invitation_key as survey_invitation_key,
    coalesce(answers.customer_key, invitations.customer_key, tickets.customer_key, 'unknown') as customer_key,
    coalesce(answers.ticket_key, invitations.ticket_key) as ticket_key,
    coalesce(answers.agent_key, tickets.assignee_key, 'unknown') as agent_key,
    coalesce(customers.segment, 'unknown') as segment,
    coalesce(tickets.channel, 'unknown') as channel,
    coalesce(tickets.team, 'unknown') as team,
    coalesce(tickets.product, 'unknown') as product,
    coalesce(tickets.priority, 'unknown') as priority,
    coalesce(tickets.category, 'unknown') as category,
    handovers.ticket_key is not null as is_after_handover,
    answers.language,
    answers.responded_at,
    {{ reporting_date('answers.responded_at') }} as responded_on,
    answers.score,
    answers.lowest as scale_min,
    answers.highest as scale_max,
    {% for name, top in [('score_1_to_5', 5), ('score_1_to_7', 7)] %}
    cast(
        1 + {{ top - 1 }} * (answers.score - answers.lowest) / nullif(answers.highest - answers.lowest, 0) as double
    ) as {{ name }},
    {% endfor %}
    answers.is_counted,
    case
        when answers.question <> 'overall' or answers.score is null then null
        when answers.satisfied_from is not null then answers.score >= answers.satisfied_from
        when answers.lowest = 1 and answers.highest = 5 then answers.score >= 4
    end as is_satisfied,
    case
        when answers.question <> 'overall' or answers.score is null then null
        when answers.dissatisfied_to is not null then answers.score <= answers.dissatisfied_to
        when answers.lowest = 1 and answers.highest = 5 then answers.score <= 2
    end as is_dissatisfied,
    case
        when answers.question <> 'recommend' or answers.score is null then null
        when answers.score >= 9 then 1
        when answers.score <= 6 then -1
        else 0
    end as nps_contribution
from answers
left join {{ ref('stg_survey_invitations') }} as invitations
    on answers.invitation_key = invitations.survey_invitation_key
left join {{ ref('fct_ticket') }} as tickets
    on coalesce(answers.ticket_key, invitations.ticket_key) = tickets.ticket_key
left join {{ ref('fct_ticket_handover') }} as handovers
    on coalesce(answers.ticket_key, invitations.ticket_key) = handovers.ticket_key
left join {{ ref('int_customer_versions') }} as customers
    on
        coalesce(answers.customer_key, invitations.customer_key, tickets.customer_key) = customers.customer_key
        and answers.responded_at >= customers.valid_from
        and answers.responded_at < customers.valid_to
