{#-
    A ticket that an agent opened for the customer is answered from the customer's first message on, all others from
    their creation on.
-#}
with messages as (
    select
        events.ticket_key,
        events.occurred_at,
        events.actor_type = 'customer' as is_customer,
        events.actor_type = 'bot' or coalesce(agents.is_bot, false) as is_bot,
        events.actor_type = 'agent' and not coalesce(agents.is_bot, false) as is_human_agent
    from {{ ref('stg_ticket_events') }} as events
    left join {{ ref('stg_agents') }} as agents
        on events.actor_agent_key = agents.agent_key
    where events.event_type = 'message' and coalesce(events.is_public, true)
),

waiting as (
    select
        tickets.ticket_key,
        min(messages.occurred_at) as waiting_since
    from {{ ref('int_tickets_united') }} as tickets
    inner join messages
        on
            tickets.ticket_key = messages.ticket_key
            and messages.is_customer
            and tickets.created_at < messages.occurred_at
    where tickets.opened_by = 'agent'
    group by tickets.ticket_key
)

select
    messages.ticket_key,
    min(messages.occurred_at) filter (where messages.is_human_agent) as first_agent_message_at,
    min(messages.occurred_at) filter (where messages.is_bot) as first_bot_message_at,
    min(waiting.waiting_since) as waiting_since,
    min(messages.occurred_at) filter (
        where messages.is_human_agent and messages.occurred_at >= waiting.waiting_since
    ) as first_agent_message_after_customer_at,
    count(*) filter (where messages.is_human_agent) as agent_message_count,
    count(*) filter (where messages.is_customer) as customer_message_count
from messages
left join waiting on messages.ticket_key = waiting.ticket_key
group by messages.ticket_key
