{#- A score that the customer gave outranks what is read out of the words: of the answer itself, else of its questionnaire. -#}
with given as (
    select
        survey_invitation_key,
        max(
            case when is_satisfied then 1 when is_dissatisfied then -1 when is_satisfied is not null then 0 end
        ) as satisfaction,
        max(nps_contribution) as recommendation
    from {{ ref('fct_survey_response') }}
    where is_counted and survey_invitation_key is not null
    group by survey_invitation_key
),

{#- A quarter of all events: a join that holds them all does not fit beside the others at ten million events. -#}
messages as (
    select
        ticket_event_key,
        occurred_at,
        actor_type
    from {{ ref('fct_ticket_event') }}
    where event_type = 'message' and is_public
),

placed as (
    select
        texts.*,
        coalesce(posts.customer_key, answers.customer_key, tickets.customer_key, 'unknown') as customer_key,
        coalesce(answers.agent_key, remarks.agent_key, tickets.assignee_key, 'unknown') as agent_key,
        coalesce(posts.platform, 'unknown') as platform,
        {% for dimension in ['segment', 'product'] %}
        coalesce(posts.{{ dimension }}, answers.{{ dimension }}, tickets.{{ dimension }}, 'unknown') as {{ dimension }},
        {% endfor %}
        {% for dimension in ['channel', 'team'] %}
        coalesce(answers.{{ dimension }}, tickets.{{ dimension }}, 'unknown') as {{ dimension }},
        {% endfor %}
        coalesce(posts.posted_at, answers.responded_at, messages.occurred_at, remarks.submitted_at, tickets.created_at)
            as occurred_at,
        case
            when posts.rating between 1 and 2 then -1
            when posts.rating > 2 and posts.rating < 4 then 0
            when posts.rating between 4 and 5 then 1
            when answers.is_satisfied then 1
            when answers.is_dissatisfied then -1
            when answers.is_satisfied is not null then 0
            else coalesce(answers.nps_contribution, given.satisfaction, given.recommendation)
        end as given_polarity
    from {{ ref('texts') }} as texts
    left join {{ ref('fct_social_post') }} as posts
        on texts.document_key = posts.social_post_key and texts.kind in ('post', 'review')
    left join {{ ref('fct_survey_response') }} as answers
        on texts.document_key = answers.survey_response_key and texts.kind = 'survey_comment'
    left join given on answers.survey_invitation_key = given.survey_invitation_key
    left join messages
        on texts.document_key = messages.ticket_event_key and texts.kind = 'ticket_message'
    left join {{ ref('fct_ticket') }} as tickets on texts.ticket_key = tickets.ticket_key
    left join {{ ref('fct_employee_feedback') }} as remarks
        on texts.document_key = remarks.employee_feedback_key and texts.kind = 'employee_remark'
    where
        coalesce(answers.is_counted, true) and coalesce(messages.actor_type, 'customer') = 'customer'
        and (texts.kind <> 'ticket_message' or tickets.is_counted)
)

select
    placed.text_key,
    placed.kind,
    placed.kind in ('post', 'review', 'survey_comment') as is_voice,
    placed.document_key,
    placed.source,
    placed.customer_key,
    placed.agent_key,
    placed.ticket_key,
    placed.platform,
    placed.channel,
    placed.team,
    placed.segment,
    placed.product,
    placed.occurred_at,
    {{ reporting_date('placed.occurred_at') }} as occurred_on,
    coalesce(classes.language, 'unknown') as language,
    coalesce(
        case placed.given_polarity when 1 then 'positive' when 0 then 'neutral' when -1 then 'negative' end,
        classes.sentiment,
        'unclassified'
    ) as sentiment,
    case
        when placed.given_polarity is not null then 'rating'
        when classes.sentiment is not null then 'inferred'
        else 'unclassified'
    end as sentiment_source,
    cast(coalesce(
        placed.given_polarity,
        case classes.sentiment when 'positive' then 1 when 'neutral' then 0 when 'negative' then -1 end
    ) as integer) as polarity,
    classes.sentiment_score,
    coalesce(classes.asks_for_answer, false) as asks_for_answer
from placed
left join {{ source('texts', 'text_class') }} as classes on placed.text_hash = classes.text_hash
