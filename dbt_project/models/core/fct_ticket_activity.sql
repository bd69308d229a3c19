{#-
    Events as the steps of a process, by the rules of seeds/process_activities.csv. A change to what held already is
    no step; everything else stays, so that a step that comes twice in a row shows as a loop.
-#}
with changes as (
    select
        ticket_key,
        started_at as occurred_at,
        source_position,
        source_mapping,
        ticket_event_key,
        change as event_type,
        case
            when change = 'assigned' and assignee_key = 'unknown' then 'nobody'
            when change = 'assigned' then 'somebody'
            when change <> 'status_changed' then 'any'
            when previous_value in ('solved', 'closed') and status not in ('solved', 'closed') then 'reopened'
            else status
        end as detail
    from {{ ref('int_ticket_states') }}
    where
        (change = 'status_changed' and status <> previous_value)
        or (change = 'assigned' and assignee_key <> previous_value)
        or (change = 'team_changed' and team_key <> previous_value)
        or (change = 'priority_changed' and priority <> previous_value)
),

events as (
    select * from changes

    union all

    select
        ticket_key,
        occurred_at,
        source_position,
        source_mapping,
        ticket_event_key,
        event_type,
        case
            when event_type <> 'message' then 'any'
            when is_public then actor_type
            else 'internal'
        end as detail
    from {{ ref('fct_ticket_event') }}
    where
        event_type not in ('status_changed', 'assigned', 'team_changed', 'priority_changed')
        and coalesce(from_value <> to_value, true)
),

{#- The sort of all events carries numbers, not names; what came before is a set of bits, one a step. -#}
steps as (
    select
        events.ticket_key,
        events.occurred_at,
        events.source_position,
        events.source_mapping,
        events.ticket_event_key,
        tickets.created_at,
        rules.position as step,
        case when rules.is_milestone then rules.position end as milestone,
        cast(power(2, rules.position) as bigint) as step_bit
    from events
    inner join {{ ref('process_activities') }} as rules
        on events.event_type = rules.event_type and events.detail = rules.detail
    inner join {{ ref('fct_ticket') }} as tickets on events.ticket_key = tickets.ticket_key and tickets.is_counted
),

{% set ticket = 'partition by ticket_key order by ' ~ event_order() %}
{% set before = ticket ~ ' rows between unbounded preceding and 1 preceding' %}
ordered as (
    select
        ticket_key,
        occurred_at,
        step,
        step_bit,
        milestone,
        row_number() over ({{ ticket }}) as activity_number,
        lag(step) over ({{ ticket }}) as previous_step,
        lag(occurred_at, 1, created_at) over ({{ ticket }}) as previous_at,
        lead(step) over ({{ ticket }}) is null as is_last,
        {{ last_known('milestone') }} over ({{ before }}) as previous_milestone,
        coalesce(bit_or(step_bit) over ({{ before }}), 0) as bits_before
    from steps
),

names as (
    select
        position as step,
        min(activity) as activity
    from {{ ref('process_activities') }}
    group by position
)

select
    ordered.ticket_key,
    cast(ordered.activity_number as bigint) as activity_number,
    names.activity,
    ordered.occurred_at,
    coalesce(previous_names.activity, 'start') as previous_activity,
    case
        when ordered.previous_at <= ordered.occurred_at
            then {{ minutes_between('ordered.previous_at', 'ordered.occurred_at') }}
    end as minutes_since_previous,
    (ordered.bits_before & ordered.step_bit) <> 0 as is_repeat,
    coalesce(ordered.milestone <> coalesce(ordered.previous_milestone, -1), false) as is_variant_step,
    ordered.is_last
from ordered
inner join names on ordered.step = names.step
left join names as previous_names on ordered.previous_step = previous_names.step
