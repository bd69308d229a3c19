{#-
    What may be promised on a counted ticket, whether or not a policy does. An answer is due from the ticket's creation
    or, where an agent opened it, from the customer's first message; that message belongs to the first response, so
    next responses are due for the runs of customer messages behind the first response. A ticket that is solved but
    tells no instant of it cannot be judged on its resolution.
-#}
with tickets as (
    select * from {{ ref('int_tickets_combined') }}
    where is_counted
),

targets as (
    select
        ticket_key,
        'first_response' as target_kind,
        1 as target_number,
        response_due_from_at as started_at,
        first_response_at as fulfilled_at
    from tickets

    union all

    select
        tickets.ticket_key,
        'next_response' as target_kind,
        row_number() over (partition by tickets.ticket_key order by runs.message_number) as target_number,
        runs.asked_at as started_at,
        runs.replied_at as fulfilled_at
    from {{ ref('int_customer_message_runs') }} as runs
    inner join tickets on runs.ticket_key = tickets.ticket_key
    where
        runs.follows_a_reply
        and tickets.first_response_at <= runs.asked_at
        and not (tickets.is_opened_by_agent and tickets.response_due_from_at = runs.asked_at)

    union all

    select
        ticket_key,
        'resolution' as target_kind,
        1 as target_number,
        created_at as started_at,
        last_solved_at as fulfilled_at
    from tickets
    where not is_solved or created_at <= last_solved_at
)

select
    targets.ticket_key,
    targets.target_kind,
    cast(targets.target_number as bigint) as target_number,
    targets.started_at,
    case when targets.fulfilled_at <= as_of.as_of then targets.fulfilled_at end as fulfilled_at,
    least(targets.fulfilled_at, as_of.as_of) as ended_at,
    coalesce(tickets.channel, 'unknown') as channel,
    coalesce(tickets.product, 'unknown') as product,
    coalesce(customers.segment, 'unknown') as segment,
    scheduled.schedule
from targets
cross join {{ ref('int_as_of') }} as as_of
inner join tickets on targets.ticket_key = tickets.ticket_key
inner join {{ ref('int_tickets_scheduled') }} as scheduled on targets.ticket_key = scheduled.ticket_key
left join {{ ref('int_customer_versions') }} as customers
    on
        tickets.customer_key = customers.customer_key
        and targets.started_at >= customers.valid_from
        and targets.started_at < customers.valid_to
where targets.started_at <= as_of.as_of
