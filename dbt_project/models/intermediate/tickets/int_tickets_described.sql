{#- What figures about tickets are cut by; the customer's segment as it was when the ticket was created. -#}
select
    tickets.ticket_key,
    tickets.source,
    tickets.created_at,
    coalesce(tickets.channel, 'unknown') as channel,
    coalesce(tickets.priority, 'unknown') as priority,
    coalesce(tickets.category, 'unknown') as category,
    coalesce(tickets.product, 'unknown') as product,
    coalesce(customers.segment, 'unknown') as segment,
    coalesce(teams.team, 'unknown') as team
from {{ ref('int_tickets_united') }} as tickets
left join {{ ref('int_customer_versions') }} as customers
    on
        tickets.customer_key = customers.customer_key
        and tickets.created_at >= customers.valid_from
        and tickets.created_at < customers.valid_to
left join {{ ref('int_teams_united') }} as teams on tickets.team_key = teams.team_key
