{#-
    Answered is: a post or review when the brand replied; a survey comment when a human agent wrote to the customer on any
    ticket; a message when one wrote on its ticket, or it was solved.
-#}
with contacts as (
    select
        tickets.ticket_key,
        tickets.customer_key,
        greatest(
            max(events.occurred_at) filter (
                where events.event_type = 'message' and events.is_public and events.is_human_agent
            ),
            max(tickets.first_response_at)
        ) as last_contact_at,
        max(tickets.last_solved_at) as last_solved_at
    from {{ ref('fct_ticket') }} as tickets
    left join {{ ref('fct_ticket_event') }} as events on tickets.ticket_key = events.ticket_key
    group by tickets.ticket_key, tickets.customer_key
),

customer_contacts as (
    select
        customer_key,
        max(last_contact_at) as last_contact_at
    from contacts
    where customer_key <> 'unknown'
    group by customer_key
)

select
    texts.text_key,
    texts.occurred_at,
    {{ plus_microseconds('texts.occurred_at', '3600000000 * registry.settle_window_hours') }} as due_at,
    {{ minutes_between('texts.occurred_at', 'as_of.as_of') }} as waiting_minutes
from {{ ref('fct_text') }} as texts
inner join {{ ref('as_of') }} as as_of on texts.occurred_at <= as_of.as_of
inner join {{ ref('kpis') }} as registry
    on
        registry.kpi
        = case when texts.kind in ('post', 'review') then 'brand_response_rate' else 'close_the_loop_rate' end
left join {{ ref('fct_social_post') }} as posts
    on texts.document_key = posts.social_post_key and texts.kind in ('post', 'review')
left join contacts on texts.ticket_key = contacts.ticket_key and texts.kind = 'ticket_message'
left join customer_contacts on texts.customer_key = customer_contacts.customer_key and texts.kind = 'survey_comment'
where
    texts.sentiment = 'negative' and texts.kind <> 'employee_remark' and posts.first_brand_reply_at is null
    and coalesce(
        greatest(contacts.last_contact_at, contacts.last_solved_at, customer_contacts.last_contact_at)
        <= texts.occurred_at,
        true
    )
