with profiles as (
    select * from {{ ref('stg_teams') }}
),

mentioned as (
    select
        team_key,
        source
    from {{ ref('stg_tickets') }}
    where team_key is not null
    group by all

    union all

    select
        source || ':' || to_value as team_key,
        source
    from {{ ref('stg_ticket_events') }}
    where event_type = 'team_changed' and to_value is not null
    group by all

    union all

    select
        team_key,
        source
    from {{ ref('stg_agents') }}
    where team_key is not null
    group by all
),

inferred as (
    select
        mentioned.team_key,
        min(mentioned.source) as source
    from mentioned
    left join profiles on mentioned.team_key = profiles.team_key
    where profiles.team_key is null
    group by mentioned.team_key
),

without_profile as (
    select
        team_key,
        source,
        substring(team_key, length(source) + 2) as team
    from inferred

    union all

    select
        'unknown' as team_key,
        'unknown' as source,
        'unknown' as team
)

select
    team_key,
    source,
    coalesce(name, team_id) as team,
    tier,
    coalesce(department, 'unknown') as department,
    true as has_profile
from profiles

union all

select
    team_key,
    source,
    team,
    cast(null as bigint) as tier,
    'unknown' as department,
    false as has_profile
from without_profile
