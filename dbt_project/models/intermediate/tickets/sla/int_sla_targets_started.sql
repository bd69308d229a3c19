{#-
    What may be promised on a counted ticket, whether or not a policy does. An answer is due from the ticket's creation
    or, where an agent opened it, from the customer's first message; that message belongs to the first response, so
    next responses are due for the runs of customer messages behind the first response. A ticket that is solved but
    tells no instant of it cannot be judged on its resolution.

    A table, because in one statement with the model behind it ten million events do not fit into 1 GB of memory.
-#}
with tickets as (
    select
        tickets.*,
        scheduled.schedule
    from {{ ref('int_tickets_combined') }} as tickets
    inner join {{ ref('int_tickets_scheduled') }} as scheduled on tickets.ticket_key = scheduled.ticket_key
    where tickets.is_counted
),

{#- One loop, so that every kind has the same columns: name, number, start, fulfilment. -#}
{% set kinds = [
    ('first_response', '1', 'tickets.response_due_from_at', 'tickets.first_response_at'),
    (
        'next_response', 'row_number() over (partition by tickets.ticket_key order by runs.message_number)',
        'runs.asked_at', 'runs.replied_at',
    ),
    ('resolution', '1', 'tickets.created_at', 'tickets.last_solved_at'),
] %}
targets as (
    {% for kind, number, started_at, fulfilled_at in kinds %}
    select
        tickets.ticket_key,
        '{{ kind }}' as target_kind,
        cast({{ number }} as bigint) as target_number,
        {{ started_at }} as started_at,
        {{ fulfilled_at }} as fulfilled_at,
        tickets.channel,
        tickets.product,
        tickets.customer_key,
        tickets.schedule
    from tickets
    {% if kind == 'next_response' %}
    inner join {{ ref('int_customer_message_runs') }} as runs on tickets.ticket_key = runs.ticket_key
    where
        runs.follows_a_reply
        and tickets.first_response_at <= runs.asked_at
        and not (tickets.is_opened_by_agent and tickets.response_due_from_at = runs.asked_at)
    {% elif kind == 'resolution' %}
    where not tickets.is_solved or tickets.created_at <= tickets.last_solved_at
    {% endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    targets.ticket_key,
    targets.target_kind,
    targets.target_number,
    targets.started_at,
    case when targets.fulfilled_at <= as_of.as_of then targets.fulfilled_at end as fulfilled_at,
    least(targets.fulfilled_at, as_of.as_of) as ended_at,
    coalesce(targets.channel, 'unknown') as channel,
    coalesce(targets.product, 'unknown') as product,
    coalesce(customers.segment, 'unknown') as segment,
    targets.schedule
from targets
cross join {{ ref('int_as_of') }} as as_of
left join {{ ref('int_customer_versions') }} as customers
    on
        targets.customer_key = customers.customer_key
        and targets.started_at >= customers.valid_from
        and targets.started_at < customers.valid_to
where targets.started_at <= as_of.as_of
