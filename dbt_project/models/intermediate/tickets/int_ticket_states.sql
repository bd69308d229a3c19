{#-
    What held of a ticket from its creation on, and from each change of status, priority, team or assignee on. What
    held before the first change of a kind is that change's old value; where nothing of a kind ever changed, it is the
    ticket's own. One pass over the events, whatever is asked of them later: sorting them is most of the work, so they
    go through it with one value and one old value each, not with a column for every kind. previous_value is what held
    until then of the kind that changed.
-#}
{% set kinds = {
    'status': 'status_changed',
    'priority': 'priority_changed',
    'team_key': 'team_changed',
    'assignee_key': 'assigned',
} %}
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
        {% for name, text, status in [
            ('new_value', 'events.to_value', 'statuses.canonical_status'),
            ('old_value', 'events.from_value', 'old_statuses.canonical_status'),
        ] %}
        case
            {% if name == 'old_value' %}
            when events.event_type = 'status_changed' and {{ text }} is null then 'new'
            {% endif %}
            when events.event_type = 'status_changed' then coalesce({{ status }}, 'unmapped')
            when events.event_type = 'priority_changed' then coalesce({{ text }}, 'unknown')
            else coalesce(events.source || ':' || {{ text }}, 'unknown')
        end as {{ name }},
        {% endfor %}
        cast(null as string) as own_priority,
        cast(null as string) as own_team_key,
        cast(null as string) as own_assignee_key
    from {{ ref('stg_ticket_events') }} as events
    left join {{ ref('statuses') }} as statuses on lower(events.to_value) = statuses.status
    left join {{ ref('statuses') }} as old_statuses on lower(events.from_value) = old_statuses.status
    where events.event_type in ('{{ kinds.values() | join("', '") }}')

    union all

    select
        ticket_key,
        created_at as occurred_at,
        -1 as source_position,
        -1 as source_mapping,
        '' as ticket_event_key,
        'created' as change,
        cast(null as string) as changed_by_agent_key,
        cast(null as string) as new_value,
        cast(null as string) as old_value,
        coalesce(priority, 'unknown') as own_priority,
        coalesce(team_key, 'unknown') as own_team_key,
        coalesce(assignee_key, 'unknown') as own_assignee_key
    from {{ ref('int_tickets_united') }}
),

{% set ticket = 'partition by ticket_key order by ' ~ event_order() %}
{% set before = ticket ~ ' rows between unbounded preceding and 1 preceding' %}
{% set whole = ticket ~ ' rows between unbounded preceding and unbounded following' %}
in_order as (
    select
        *,
        row_number() over ({{ ticket }}) as state_number,
        lead(occurred_at) over ({{ ticket }}) as ended_at,
        {% for kind, change in kinds.items() %}
        {{ last_known("case when change = '" ~ change ~ "' then new_value end") }} over ({{ before }}) as last_{{ kind }},
        {{ first_known("case when change = '" ~ change ~ "' then old_value end") }} over ({{ whole }}) as first_{{ kind }},
        {{ "'new'" if kind == 'status' else first_known('own_' ~ kind) ~ ' over (' ~ whole ~ ')' }}
            as own_{{ kind }}_throughout{{ ',' if not loop.last }}
        {% endfor %}
    from changes
)

select
    ticket_key,
    state_number,
    change,
    source_position,
    source_mapping,
    ticket_event_key,
    changed_by_agent_key,
    occurred_at as started_at,
    ended_at,
    {% for kind, change in kinds.items() %}
    {% set previous = 'coalesce(last_' ~ kind ~ ', first_' ~ kind ~ ', own_' ~ kind ~ '_throughout)' %}
    case when change = '{{ change }}' then new_value else {{ previous }} end as {{ kind }},
    {% endfor %}
    case change
        {% for kind, change in kinds.items() %}
        when '{{ change }}' then coalesce(last_{{ kind }}, first_{{ kind }})
        {% endfor %}
    end as previous_value,
    change = 'assigned' or last_assignee_key is not null as has_been_assigned,
    first_status is not null as has_status_history
from in_order
