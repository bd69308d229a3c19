{#-
    The next ticket of the same customer in the same category: after the creation, and after the first solve. Both are
    read off one ordered sequence of creations and solves, because pairing tickets with each other would cost the square
    of a customer's tickets.
-#}
with tickets as (
    select
        combined.ticket_key,
        combined.customer_key,
        described.category,
        combined.created_at,
        combined.first_solved_at
    from {{ ref('int_tickets_combined') }} as combined
    inner join {{ ref('int_tickets_described') }} as described on combined.ticket_key = described.ticket_key
    where combined.is_counted and combined.customer_key is not null
),

moments as (
    select
        ticket_key,
        customer_key,
        category,
        'created' as moment,
        created_at as happened_at,
        created_at
    from tickets

    union all

    select
        ticket_key,
        customer_key,
        category,
        'solved' as moment,
        first_solved_at as happened_at,
        cast(null as timestamp) as created_at
    from tickets
    where first_solved_at is not null
),

followed as (
    select
        ticket_key,
        moment,
        min(created_at) over (
            partition by customer_key, category
            order by happened_at, moment, ticket_key
            rows between 1 following and unbounded following
        ) as next_created_at
    from moments
)

select
    ticket_key,
    max(next_created_at) filter (where moment = 'created') as next_created_at,
    max(next_created_at) filter (where moment = 'solved') as next_created_after_solve_at
from followed
group by ticket_key
