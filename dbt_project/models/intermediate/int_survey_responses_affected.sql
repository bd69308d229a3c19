{{ config(post_hook='{{ take_affected() }}') }}
-- depends_on: {{ ref('int_customer_versions') }}, {{ ref('int_tickets_affected') }}
{#-
    Only an incremental build asks. An answer is affected when it changed, or its invitation, its ticket, its customer, or
    a session that was handed over to its ticket; and with it all answers to the same invitation, of which the last counts.
-#}
{% set responses = ref('stg_survey_responses') %}
{% if not builds_incrementally() %}
select cast(null as string) as survey_response_key
where false
{% else %}
with changed as (
    select survey_response_key from {{ changed_rows('survey_responses') }}

    union distinct

    select survey_response_key from {{ responses }}
    where invitation_key in (select survey_invitation_key from {{ changed_rows('survey_invitations') }})

    {% for column, keys in [
        ('ticket_key', 'select ticket_key from ' ~ ref('int_tickets_affected')),
        ('ticket_key', 'select handed_over_ticket_key from ' ~ changed_rows('self_service_sessions')),
        ('customer_key', 'select customer_key from ' ~ changed_rows('int_customer_versions')),
    ] %}
    union distinct

    select survey_response_key from {{ before('fct_survey_response') }}
    where {{ column }} in ({{ keys }})

    {% endfor %}
),

invitations as (
    select invitation_key from {{ responses }}
    where survey_response_key in (select survey_response_key from changed)

    union distinct

    select survey_invitation_key as invitation_key from {{ before('fct_survey_response') }}
    where survey_response_key in (select survey_response_key from changed)
)

select survey_response_key from changed

union distinct

select survey_response_key from {{ responses }}
where invitation_key in (select invitation_key from invitations)
{% endif %}
