with responses as (
    select
        survey_invitation_key,
        min(responded_at) as responded_at
    from {{ ref('fct_survey_response') }}
    where survey_invitation_key is not null and (score is not null or question not in {{ scored_questions() }})
    group by survey_invitation_key
)

select
    invitations.survey_invitation_key,
    invitations.source,
    invitations.survey_id,
    coalesce(invitations.customer_key, 'unknown') as customer_key,
    invitations.ticket_key,
    coalesce(customers.segment, 'unknown') as segment,
    coalesce(tickets.channel, 'unknown') as channel,
    coalesce(tickets.team, 'unknown') as team,
    coalesce(tickets.product, 'unknown') as product,
    coalesce(tickets.priority, 'unknown') as priority,
    coalesce(tickets.category, 'unknown') as category,
    invitations.sent_at,
    {{ reporting_date('invitations.sent_at') }} as sent_on,
    coalesce(invitations.delivered, true) as is_delivered,
    responses.responded_at,
    responses.survey_invitation_key is not null as is_answered
from {{ ref('stg_survey_invitations') }} as invitations
left join responses on invitations.survey_invitation_key = responses.survey_invitation_key
left join {{ ref('fct_ticket') }} as tickets on invitations.ticket_key = tickets.ticket_key
left join {{ ref('int_customer_versions') }} as customers
    on
        invitations.customer_key = customers.customer_key
        and invitations.sent_at >= customers.valid_from
        and invitations.sent_at < customers.valid_to
