{#-
    Minutes are those of solved tickets: a forgotten one is open and assigned for months, and a handful of them would
    outweigh all work done.
-#}
with found as (
    select distinct
        ticket_key,
        topic
    from {{ ref('fct_text_topic') }}
    where kind = 'ticket_message' and is_question
),

topics as (
    select
        coalesce(found.topic, tickets.category) as topic,
        tickets.product,
        count(*) as tickets,
        count(tickets.handle_minutes) filter (where tickets.is_solved) as handled_tickets,
        coalesce({{ exact_sum('tickets.handle_minutes', 'filter (where tickets.is_solved)') }}, 0) as handle_minutes_total
    from {{ ref('fct_ticket') }} as tickets
    left join found on tickets.ticket_key = found.ticket_key
    where tickets.is_counted
    group by coalesce(found.topic, tickets.category), tickets.product
),

handled as (
    select coalesce({{ exact_sum('handle_minutes') }}, 0) as minutes
    from {{ ref('fct_ticket') }}
    where is_counted and is_solved
),

covered as (
    select distinct lower(articles.topic) as topic
    from {{ ref('dim_article') }} as articles
    cross join {{ ref('as_of') }} as as_of
    where articles.published_at <= as_of.as_of and coalesce(as_of.as_of < articles.archived_at, true)
),

judged as (
    select
        topics.*,
        topics.handle_minutes_total / nullif(handled.minutes, 0) as handle_minutes_share,
        covered.topic is not null as is_covered,
        covered.topic is null and topics.topic <> 'unknown' as is_candidate
    from topics
    cross join handled
    left join covered on lower(topics.topic) = covered.topic
)

select
    topic,
    product,
    cast(tickets as bigint) as tickets,
    cast(handled_tickets as bigint) as handled_tickets,
    cast(handle_minutes_total as double) as handle_minutes_total,
    cast(handle_minutes_share as double) as handle_minutes_share,
    is_covered,
    case
        when is_candidate
            then cast(row_number() over (
                partition by is_candidate
                order by handle_minutes_total desc, tickets desc, topic, product
            ) as bigint)
    end as candidate_rank
from judged
