with profiles as (
    select * from {{ ref('stg_agents') }}
),

mentioned as (
    select
        states.assignee_key as agent_key,
        tickets.source,
        false as is_bot
    from {{ ref('int_ticket_states') }} as states
    inner join {{ ref('int_tickets_united') }} as tickets on states.ticket_key = tickets.ticket_key
    where states.assignee_key <> 'unknown'
    group by all

    union all

    select
        assignee_key as agent_key,
        source,
        false as is_bot
    from {{ ref('int_tickets_united') }}
    where assignee_key is not null
    group by all

    union all

    select
        actor_agent_key as agent_key,
        source,
        actor_type = 'bot' as is_bot
    from {{ ref('stg_ticket_events') }}
    where actor_type in ('agent', 'bot') and actor_agent_key is not null
    group by all
    {% for model in ['stg_survey_responses', 'stg_trainings', 'stg_employee_feedback'] %}
    union all

    select
        agent_key,
        source,
        false as is_bot
    from {{ ref(model) }}
    where agent_key is not null
    group by all
    {% endfor %}
),

inferred as (
    select
        mentioned.agent_key,
        min(mentioned.source) as source,
        bool_or(mentioned.is_bot) as is_bot
    from mentioned
    left join profiles on mentioned.agent_key = profiles.agent_key
    where profiles.agent_key is null
    group by mentioned.agent_key
),

without_profile as (
    select
        agent_key,
        source,
        is_bot
    from inferred

    union all

    select
        'unknown' as agent_key,
        'unknown' as source,
        false as is_bot
)

select
    agent_key,
    source,
    coalesce(team_key, 'unknown') as team_key,
    tier,
    coalesce(is_bot, false) as is_bot,
    hired_at,
    left_at,
    true as has_profile
from profiles

union all

select
    agent_key,
    source,
    'unknown' as team_key,
    cast(null as bigint) as tier,
    is_bot,
    cast(null as timestamp) as hired_at,
    cast(null as timestamp) as left_at,
    false as has_profile
from without_profile
