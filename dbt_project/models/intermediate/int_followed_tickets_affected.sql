{{ config(post_hook='{{ take_affected() }}') }}
-- depends_on: {{ ref('int_agent_versions') }}, {{ ref('int_as_of') }}
-- depends_on: {{ ref('int_customer_versions') }}, {{ ref('int_sources_told') }}, {{ ref('int_teams_united') }}
{#-
    Only an incremental build asks. A ticket may be followed by another one than before, or follow another one, when one
    of its rows changed, or one that its models read: a customer, agent, team or source. So may all tickets of the
    customers and categories that such tickets have, or had.
-#}
{% set tickets, events = ref('stg_tickets'), ref('stg_ticket_events') %}
{% if not builds_incrementally() %}
select cast(null as string) as ticket_key
where false
{% else %}
{% set reads = [
    ('int_customer_versions', 'customer_key', before('int_tickets_united'), ['customer_key']),
    ('int_customer_versions', 'customer_key', events, ['actor_customer_key']),
    ('int_agent_versions', 'agent_key', events, ['actor_agent_key']),
    ('int_agent_versions', 'agent_key', before('int_ticket_states'), ['assignee_key']),
    ('int_teams_united', 'team_key', before('int_tickets_united'), ['team_key']),
    ('int_teams_united', 'team_key', before('int_ticket_states'), ['team_key', 'previous_value']),
    ('int_sources_told', 'source', before('int_tickets_united'), ['source']),
] %}
with changed as (
    select ticket_key from {{ changed_rows('tickets') }}

    union distinct

    select ticket_key from {{ changed_rows('ticket_events') }}

    {% for watched, key, relation, columns in reads %}
    {% for column in columns %}
    union distinct

    select ticket_key from {{ relation }}
    where {{ column }} in (select {{ key }} from {{ changed_rows(watched) }})
    {% endfor %}
    {% endfor %}
    union distinct

    -- what lay beyond the as-of instant is as good as new once it comes into reach
    select tickets.ticket_key
    from {{ before('fct_ticket') }} as tickets
    cross join {{ increment_relation('plan') }} as plan
    cross join {{ ref('int_as_of') }} as now
    where
        now.as_of > plan.as_of_before
        and (tickets.created_at > plan.as_of_before or tickets.last_event_at > plan.as_of_before)
),

told_by_events_only as (
    select ticket_key from changed

    except

    select ticket_key from {{ tickets }}
),

asked as (
    select
        customer_key,
        coalesce(category, 'unknown') as category
    from {{ before('int_tickets_united') }}
    where ticket_key in (select ticket_key from changed)

    union distinct

    select
        customer_key,
        coalesce(category, 'unknown') as category
    from {{ tickets }}
    where ticket_key in (select ticket_key from changed)
),

asked_in_events as (
    select actor_customer_key as customer_key
    from {{ events }}
    where ticket_key in (select ticket_key from told_by_events_only)
)

select ticket_key from changed

union distinct

select united.ticket_key
from {{ before('int_tickets_united') }} as united
inner join asked
    on united.customer_key = asked.customer_key and coalesce(united.category, 'unknown') = asked.category

union distinct

select ticket_key from {{ before('int_tickets_united') }}
where customer_key in (select customer_key from asked_in_events)
{% endif %}
