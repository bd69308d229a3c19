{#- Tickets by their snapshot; where a source tells only their events, a row put together from those. What a ticket was
    merged into, some sources tell in its events only. -#}
{% set from_both = [
    'ticket_key', 'ticket_id', 'source', 'customer_key', 'created_at', 'opened_by', 'status', 'priority', 'category',
    'team_key', 'assignee_key',
] %}
{% set from_snapshots = {
    'channel': 'string', 'product': 'string', 'language': 'string', 'parent_ticket_key': 'string',
    'is_spam': 'boolean', 'is_deleted': 'boolean',
    'queued_at': 'timestamp', 'answered_at': 'timestamp', 'abandoned_at': 'timestamp',
    'talk_seconds': 'double', 'hold_seconds': 'double', 'wrap_up_seconds': 'double',
    'first_response_at': 'timestamp', 'first_solved_at': 'timestamp', 'solved_at': 'timestamp',
    'closed_at': 'timestamp', 'reopen_count': 'bigint', 'agent_reply_count': 'bigint',
} %}
with events as {{ not_materialized() }} (
    select * from {{ ref('stg_ticket_events') }}
),

merged as (
    select
        ticket_key,
        max(source || ':' || to_value) as merged_into_ticket_key
    from events
    where event_type = 'merged'
    group by ticket_key
),

snapshots as (
    select
        tickets.*,
        coalesce(tickets.merged_into_ticket_key, merged.merged_into_ticket_key) as known_merged_into_ticket_key
    from {{ ref('stg_tickets') }} as tickets
    left join merged on tickets.ticket_key = merged.ticket_key
),

{#- Few or none, and found among tickets: asked of each event, it takes half of this model's time. -#}
told_by_events_only as (
    select touched.ticket_key
    from {{ ref('int_tickets_touched') }} as touched
    left join {{ ref('stg_tickets') }} as tickets on touched.ticket_key = tickets.ticket_key
    where tickets.ticket_key is null
),

orphans as (
    select events.*
    from events
    inner join told_by_events_only on events.ticket_key = told_by_events_only.ticket_key
),

numbered as (
    select
        *,
        row_number() over (
            partition by ticket_key, event_type
            order by occurred_at desc, source_position desc, source_mapping desc, ticket_event_key desc
        ) as newest_rank
    from orphans
),

from_events as (
    select
        ticket_key,
        max(ticket_id) as ticket_id,
        max(source) as source,
        coalesce(
            max(actor_customer_key) filter (where event_type = 'created' and actor_type = 'customer'),
            max(actor_customer_key) filter (where actor_type = 'customer')
        ) as customer_key,
        coalesce(min(occurred_at) filter (where event_type = 'created'), min(occurred_at)) as created_at,
        max(actor_type) filter (where event_type = 'created') as opened_by,
        max(to_value) filter (where event_type = 'status_changed' and newest_rank = 1) as status,
        max(to_value) filter (where event_type = 'priority_changed' and newest_rank = 1) as priority,
        max(to_value) filter (where event_type = 'category_changed' and newest_rank = 1) as category,
        max(source || ':' || to_value) filter (where event_type = 'team_changed' and newest_rank = 1) as team_key,
        max(source || ':' || to_value) filter (where event_type = 'assigned' and newest_rank = 1) as assignee_key,
        max(source || ':' || to_value) filter (where event_type = 'merged') as merged_into_ticket_key
    from numbered
    group by ticket_key
)

select
    {{ from_both | join(',\n    ') }},
    known_merged_into_ticket_key as merged_into_ticket_key,
    {{ from_snapshots | join(',\n    ') }}
from snapshots

union all

select
    {{ from_both | join(',\n    ') }},
    merged_into_ticket_key,
    {% for column, type in from_snapshots.items() -%}
    cast(null as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
    {% endfor %}
from from_events
