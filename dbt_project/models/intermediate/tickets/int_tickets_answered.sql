{#-
    A ticket that an agent opened for the customer is answered from the customer's first message on, all others from
    their creation on.
-#}
with messages as (
    select * from {{ ref('int_ticket_messages') }}
),

waiting as (
    select
        tickets.ticket_key,
        min(messages.occurred_at) as waiting_since
    from {{ ref('int_tickets_united') }} as tickets
    inner join messages
        on
            tickets.ticket_key = messages.ticket_key
            and messages.actor_kind = 'customer'
            and tickets.created_at < messages.occurred_at
    where tickets.opened_by = 'agent'
    group by tickets.ticket_key
)

select
    messages.ticket_key,
    min(messages.occurred_at) filter (where messages.actor_kind = 'agent') as first_agent_message_at,
    min_by(messages.agent_key, messages.message_number) filter (where messages.actor_kind = 'agent') as first_agent_key,
    min(messages.occurred_at) filter (where messages.actor_kind = 'bot') as first_bot_message_at,
    min(waiting.waiting_since) as waiting_since,
    min(messages.occurred_at) filter (
        where messages.actor_kind = 'agent' and messages.occurred_at >= waiting.waiting_since
    ) as first_agent_message_after_customer_at,
    min_by(messages.agent_key, messages.message_number) filter (
        where messages.actor_kind = 'agent' and messages.occurred_at >= waiting.waiting_since
    ) as first_agent_after_customer_key,
    count(*) filter (where messages.actor_kind = 'agent') as agent_message_count,
    count(*) filter (where messages.actor_kind = 'customer') as customer_message_count
from messages
left join waiting on messages.ticket_key = waiting.ticket_key
group by messages.ticket_key
