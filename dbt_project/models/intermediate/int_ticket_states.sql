{#-
    What held of a ticket from its creation on, and from each change of status, priority, team or assignee on. What
    held before the first change of a kind is that change's old value; where nothing of a kind ever changed, it is the
    ticket's own. One pass over the events, whatever is asked of them later.
-#}
{% set kinds = ['status', 'priority', 'team_key', 'assignee_key'] %}
with changes as (
    select
        events.ticket_key,
        events.occurred_at,
        events.source_position,
        events.source_mapping,
        events.ticket_event_key,
        events.event_type as change,
        case
            when events.event_type = 'status_changed' and coalesce(events.actor_type, 'agent') = 'agent'
                then events.actor_agent_key
        end as changed_by_agent_key,
        case when events.event_type = 'status_changed' then coalesce(statuses.canonical_status, 'unmapped') end as status,
        case
            when events.event_type = 'status_changed' and events.from_value is not null
                then coalesce(old_statuses.canonical_status, 'unmapped')
            when events.event_type = 'status_changed' then 'new'
        end as old_status,
        case when events.event_type = 'priority_changed' then coalesce(events.to_value, 'unknown') end as priority,
        case when events.event_type = 'priority_changed' then coalesce(events.from_value, 'unknown') end as old_priority,
        {% for kind, event_type in [('team_key', 'team_changed'), ('assignee_key', 'assigned')] %}
        case when events.event_type = '{{ event_type }}' then coalesce(events.source || ':' || events.to_value, 'unknown') end
            as {{ kind }},
        case when events.event_type = '{{ event_type }}' then coalesce(events.source || ':' || events.from_value, 'unknown') end
            as old_{{ kind }},
        {% endfor %}
        cast(null as varchar) as own_priority,
        cast(null as varchar) as own_team_key,
        cast(null as varchar) as own_assignee_key
    from {{ ref('stg_ticket_events') }} as events
    left join {{ ref('statuses') }} as statuses on lower(events.to_value) = statuses.status
    left join {{ ref('statuses') }} as old_statuses on lower(events.from_value) = old_statuses.status
    where events.event_type in ('status_changed', 'priority_changed', 'team_changed', 'assigned')

    union all

    select
        ticket_key,
        created_at as occurred_at,
        -1 as source_position,
        -1 as source_mapping,
        '' as ticket_event_key,
        'created' as change,
        cast(null as varchar) as changed_by_agent_key,
        {% for kind in kinds %}
        cast(null as varchar) as {{ kind }},
        cast(null as varchar) as old_{{ kind }},
        {% endfor %}
        coalesce(priority, 'unknown') as own_priority,
        coalesce(team_key, 'unknown') as own_team_key,
        coalesce(assignee_key, 'unknown') as own_assignee_key
    from {{ ref('int_tickets_united') }}
)

{% set ticket = 'partition by ticket_key order by ' ~ event_order() %}
{% set whole = ticket ~ ' rows between unbounded preceding and unbounded following' %}
select
    ticket_key,
    row_number() over ({{ ticket }}) as state_number,
    change,
    source_position,
    source_mapping,
    ticket_event_key,
    changed_by_agent_key,
    occurred_at as started_at,
    lead(occurred_at) over ({{ ticket }}) as ended_at,
    {% for kind in kinds %}
    {% for name, last in [(kind, 'current row'), ('previous_' ~ kind, '1 preceding')] %}
    coalesce(
        last_value({{ kind }} ignore nulls) over ({{ ticket }} rows between unbounded preceding and {{ last }}),
        first_value(old_{{ kind }} ignore nulls) over ({{ whole }}),
        {{ "'new'" if kind == 'status' else 'first_value(own_' ~ kind ~ ' ignore nulls) over (' ~ whole ~ ')' }}
    ) as {{ name }},
    {% endfor %}
    {% endfor %}
    count(assignee_key) over ({{ ticket }} rows between unbounded preceding and current row) as assignments_so_far,
    count(status) over ({{ whole }}) > 0 as has_status_history
from changes
