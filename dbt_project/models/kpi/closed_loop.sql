{#- A ticket without events tells of one contact, the first response of its snapshot; of others that one is an event too. -#}
with tickets as (
    select * from {{ ref('fct_ticket') }}
    where is_counted
),

contacts as (
    select
        tickets.ticket_key,
        tickets.customer_key,
        events.occurred_at as contacted_at
    from {{ ref('fct_ticket_event') }} as events
    inner join tickets on events.ticket_key = tickets.ticket_key
    where events.event_type = 'message' and events.is_public and events.is_human_agent

    union all

    select
        ticket_key,
        customer_key,
        first_response_at as contacted_at
    from tickets
    where first_response_at is not null
),

negative as (
    select
        responses.*,
        {{ plus_microseconds('responses.responded_at', '3600000000 * registry.settle_window_hours') }} as due_at
    from {{ ref('fct_survey_response') }} as responses
    inner join {{ ref('kpis') }} as registry on registry.kpi = 'close_the_loop_rate'
    where responses.is_counted and (responses.is_dissatisfied or responses.nps_contribution = -1)
),

followed_up as (
    select
        answered.survey_response_key,
        min(answered.contacted_at) as followed_up_at
    from (
        {% for key in ['ticket_key', 'customer_key'] %}
        select
            negative.survey_response_key,
            contacts.contacted_at
        from negative
        inner join contacts
            on negative.{{ key }} = contacts.{{ key }} and negative.responded_at < contacts.contacted_at
        where negative.{{ key }} <> 'unknown'
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as answered
    group by answered.survey_response_key
)

select
    negative.survey_response_key,
    negative.responded_at as answered_at,
    negative.responded_on as answered_on,
    negative.question,
    negative.score,
    negative.customer_key,
    negative.ticket_key,
    {% for dimension in ticket_dimensions() %}
    negative.{{ dimension }},
    {% endfor %}
    negative.due_at,
    followed_up.followed_up_at,
    {{ minutes_between('negative.responded_at', 'followed_up.followed_up_at') }} as follow_up_minutes,
    negative.due_at <= as_of.as_of as is_settled,
    case
        when followed_up.followed_up_at <= negative.due_at then 'followed up'
        when negative.due_at <= as_of.as_of then 'missed'
        else 'open'
    end as status
from negative
cross join {{ ref('as_of') }} as as_of
left join followed_up on negative.survey_response_key = followed_up.survey_response_key
