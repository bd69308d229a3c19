{#-
    A topic is the ticket's category until texts are sorted into topics; they take its place here. Minutes are those of
    solved tickets: a forgotten one is open and assigned for months, and a handful of them would outweigh all work done.
-#}
with topics as (
    select
        category as topic,
        product,
        count(*) as tickets,
        count(handle_minutes) filter (where is_solved) as handled_tickets,
        coalesce({{ exact_sum('handle_minutes', 'filter (where is_solved)') }}, 0) as handle_minutes_total
    from {{ ref('fct_ticket') }}
    where is_counted
    group by category, product
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
        topics.handle_minutes_total / nullif({{ exact_sum('topics.handle_minutes_total', 'over ()') }}, 0) as handle_minutes_share,
        covered.topic is not null as is_covered,
        covered.topic is null and topics.topic <> 'unknown' as is_candidate
    from topics
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
