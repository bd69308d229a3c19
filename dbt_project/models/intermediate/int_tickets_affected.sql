{{ config(post_hook='{{ take_affected_tickets() }}') }}
-- depends_on: {{ ref('int_agent_versions') }}, {{ ref('int_as_of') }}, {{ ref('int_business_days') }}
-- depends_on: {{ ref('int_customer_versions') }}, {{ ref('int_sources_told') }}, {{ ref('int_teams_united') }}
-- depends_on: {{ ref('kpis') }}
{#-
    Only an incremental build asks. A ticket is affected when one of its rows changed; when a customer, agent, team, source
    or the calendar changed that its models read; when it has a figure that goes on until the as-of instant, which moved;
    and when the next ticket of the same customer in the same category may be another one. In doubt it is affected.
-#}
{% set tickets, events = ref('stg_tickets'), ref('stg_ticket_events') %}
{% if not increment_plan().is_incremental %}
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
{#- What is unsettled changes once its window has elapsed; see int_tickets_judged. -#}
{% set windows = [
    ('repeat_contact_rate', 'is_repeat_settled', 'created_at'),
    ('reopen_rate', 'is_reopen_settled', 'first_solved_at'),
    ('first_contact_resolution_rate', 'is_first_contact_settled', 'first_solved_at'),
] %}
with as_of as (
    select
        plan.as_of_before,
        now.as_of
    from {{ increment_relation('plan') }} as plan
    cross join {{ ref('int_as_of') }} as now
),

windows as (
    select
        {% for kpi, _, _ in windows %}
        60 * max(case when kpi = '{{ kpi }}' then settle_window_hours end) as {{ kpi }}_minutes{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('kpis') }}
),

changed as (
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

    -- the calendar grows at its end every night; anything else moves every clock
    select ticket_key from {{ before('int_tickets_united') }}
    where
        (select count(*) from {{ changed_rows('int_business_days') }} where not is_new) > 0
        or (select as_of < as_of_before from as_of)

    union distinct

    select tickets.ticket_key
    from {{ before('fct_ticket') }} as tickets
    cross join as_of
    cross join windows
    where
        as_of.as_of > as_of.as_of_before
        and (
            not tickets.is_solved
            {% for kpi, settled, since in windows %}
            or (
                not tickets.{{ settled }}
                and {{ minutes_between('tickets.' ~ since, 'as_of.as_of') }} >= windows.{{ kpi }}_minutes
            )
            {% endfor %}
            or tickets.created_at > as_of.as_of_before
            or tickets.last_event_at > as_of.as_of_before
        )
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
