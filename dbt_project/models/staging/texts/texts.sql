{#-
    Kept apart from facts, because a text is personal data: facts and marts see what was read out of it, by its key.
    A ticket's description is left out where its first message repeats it. Who wrote a message without an actor is told
    by the facts; until then it counts as a customer's.
-#}
{{ config(schema='personal') }}

with messages as (
    select * from {{ ref('typed_ticket_events') }}
    where
        _outcome = 'accepted' and event_type = 'message' and coalesce(is_public, true)
        and coalesce(actor_type, 'customer') = 'customer' and body is not null
),

tickets as (
    select * from {{ ref('typed_tickets') }}
    where _outcome = 'accepted'
),

texts as (
    select
        case when rating is null then 'post' else 'review' end as kind,
        social_post_key as document_key,
        cast(null as text) as ticket_key,
        _source as source,
        language as tagged_language,
        text
    from {{ ref('typed_social_posts') }}
    where _outcome = 'accepted' and not coalesce(is_brand, false)

    union all

    select
        'survey_comment' as kind,
        survey_response_key as document_key,
        ticket_key,
        _source as source,
        language as tagged_language,
        comment as text
    from {{ ref('typed_survey_responses') }}
    where _outcome = 'accepted' and comment is not null

    union all

    select
        'ticket_message' as kind,
        messages.ticket_event_key as document_key,
        messages.ticket_key,
        messages._source as source,
        tickets.language as tagged_language,
        messages.body as text
    from messages
    left join tickets on messages.ticket_key = tickets.ticket_key

    union all

    select
        'ticket_message' as kind,
        tickets.ticket_key as document_key,
        tickets.ticket_key,
        tickets._source as source,
        tickets.language as tagged_language,
        tickets.description as text
    from tickets
    left join messages on tickets.ticket_key = messages.ticket_key and tickets.description = messages.body
    where tickets.description is not null and messages.ticket_key is null

    union all

    select
        'employee_remark' as kind,
        employee_feedback_key as document_key,
        cast(null as text) as ticket_key,
        _source as source,
        cast(null as text) as tagged_language,
        text
    from {{ ref('typed_employee_feedback') }}
    where _outcome = 'accepted' and text is not null
)

select
    texts.*,
    texts.kind || ':' || texts.document_key as text_key,
    {#- What is read out of a text depends on these two alone. -#}
    md5(coalesce(texts.tagged_language, '') || ':' || texts.text) as text_hash
from texts
