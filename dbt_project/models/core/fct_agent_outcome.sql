{#- acted_at decides who the agent was then, counted_on in which period the outcome counts. -#}
with working_days as (
    select
        agent_key,
        source,
        max(occurred_at) as acted_at,
        {{ reporting_date('occurred_at') }} as counted_on
    from {{ ref('fct_ticket_event') }}
    where is_human_agent
    group by all
),

outcomes as (
    select
        agent_key,
        source,
        'working_day' as outcome,
        cast(counted_on as string) as case_key,
        acted_at,
        counted_on,
        cast(1 as double) as value
    from working_days
    qualify row_number() over (partition by agent_key, counted_on order by acted_at desc, source) = 1

    {% for outcome, agent, acted_at, counted_on, value, condition in [
        ('solve', 'solved_by_agent_key', 'first_solved_at', 'first_solved_on', '1', 'true'),
        ('settled_solve', 'solved_by_agent_key', 'first_solved_at', 'first_solved_on',
            'case when is_first_contact_resolution then 1 else 0 end', 'is_first_contact_settled'),
        ('first_response', 'first_response_agent_key', 'first_response_at', 'created_on',
            'first_response_minutes', 'first_response_minutes is not null'),
        ('full_resolution', 'solved_by_agent_key', 'first_solved_at', 'created_on',
            'full_resolution_minutes', 'full_resolution_minutes is not null'),
    ] %}
    union all

    select
        {{ agent }} as agent_key,
        source,
        '{{ outcome }}' as outcome,
        ticket_key as case_key,
        {{ acted_at }} as acted_at,
        {{ counted_on }} as counted_on,
        cast({{ value }} as double) as value
    from {{ ref('fct_ticket') }}
    where is_counted and {{ acted_at }} is not null and {{ condition }}
    {% endfor %}

    union all

    select
        agent_key,
        source,
        'answer' as outcome,
        survey_response_key as case_key,
        responded_at as acted_at,
        responded_on as counted_on,
        cast(case when is_satisfied then 1 else 0 end as double) as value
    from {{ ref('fct_survey_response') }}
    where is_counted and is_satisfied is not null
)

select
    outcomes.agent_key,
    coalesce(versions.team_key, 'unknown') as team_key,
    coalesce(versions.team, 'unknown') as team,
    outcomes.source,
    outcomes.outcome,
    outcomes.case_key,
    outcomes.acted_at,
    outcomes.counted_on,
    outcomes.value
from outcomes
inner join {{ ref('dim_agent') }} as agents on outcomes.agent_key = agents.agent_key
left join {{ ref('dim_agent_version') }} as versions
    on
        outcomes.agent_key = versions.agent_key
        and outcomes.acted_at >= versions.valid_from
        and outcomes.acted_at < versions.valid_to
where outcomes.agent_key <> 'unknown' and not coalesce(versions.is_bot, agents.is_bot)
