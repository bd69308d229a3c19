with exchange as (
    select
        *,
        coalesce(lag(actor_kind) over (partition by ticket_key order by message_number), 'nobody') as spoke_before,
        min(case when actor_kind = 'agent' then occurred_at end) over (
            partition by ticket_key
            order by message_number
            rows between current row and unbounded following
        ) as replied_at,
        count(case when actor_kind = 'agent' then 1 end) over (
            partition by ticket_key
            order by message_number
            rows between unbounded preceding and current row
        ) as replies_so_far
    from {{ ref('int_ticket_messages') }}
    where actor_kind in ('customer', 'agent')
)

select
    ticket_key,
    message_number,
    occurred_at as asked_at,
    replied_at,
    replies_so_far > 0 as follows_a_reply
from exchange
where actor_kind = 'customer' and spoke_before <> 'customer'
