-- One row per segment and value band of customers.
select
    segment, customer_value_band, count(*) as customers, sum(recent_ticket_count) as recent_tickets,
    sum(open_ticket_count) as open_tickets, count(*) filter (where unresolved_negative_count > 0) as unhappy_customers
from kpi.customer_health
where segment in (select value from largest where dimension = 'segment')
group by segment, customer_value_band
order by segment, customer_value_band
