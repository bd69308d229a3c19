{#- Windows of equal length end before the first and begin after the last completion of a cohort. -#}
with completions as (
    select
        trainings.course,
        cast(date_trunc('month', trainings.completed_on) as date) as cohort_month,
        coalesce(versions.team_key, 'unknown') as team_key,
        coalesce(versions.team, 'unknown') as team,
        trainings.agent_key,
        trainings.completed_on
    from {{ ref('fct_training') }} as trainings
    left join {{ ref('dim_agent_version') }} as versions
        on
            trainings.agent_key = versions.agent_key
            and trainings.completed_at >= versions.valid_from
            and trainings.completed_at < versions.valid_to
    where not coalesce(versions.is_bot, false)
),

cohorts as (
    select
        completions.course,
        completions.cohort_month,
        completions.team_key,
        completions.team,
        min(completions.completed_on) as first_completed_on,
        max(completions.completed_on) as last_completed_on,
        {{ plus_days('min(completions.completed_on)', 'floor(-max(registry.settle_window_hours) / 24)') }}
            as before_from,
        {{ plus_days('max(completions.completed_on)', 'floor(max(registry.settle_window_hours) / 24)') }} as after_to
    from completions
    inner join {{ ref('kpis') }} as registry on registry.kpi = 'training_effect'
    group by completions.course, completions.cohort_month, completions.team_key, completions.team
),

members as (
    select distinct
        course,
        cohort_month,
        team_key,
        agent_key
    from completions
),

first_completions as (
    select
        course,
        agent_key,
        min(completed_on) as completed_on
    from completions
    group by course, agent_key
),

colleagues as (
    select
        team_key,
        agent_key,
        max(has_worked) as has_worked
    from (
        select
            team_key,
            agent_key,
            1 as has_worked
        from {{ ref('fct_agent_outcome') }}
        group by team_key, agent_key

        union all

        select
            team_key,
            agent_key,
            0 as has_worked
        from members
    ) as listed
    group by team_key, agent_key
)

select
    cohorts.*,
    colleagues.agent_key,
    members.agent_key is not null as is_trained
from cohorts
inner join colleagues on cohorts.team_key = colleagues.team_key
left join members
    on
        cohorts.course = members.course
        and cohorts.cohort_month = members.cohort_month
        and cohorts.team_key = members.team_key
        and colleagues.agent_key = members.agent_key
left join first_completions
    on cohorts.course = first_completions.course and colleagues.agent_key = first_completions.agent_key
where
    members.agent_key is not null
    or (colleagues.has_worked = 1 and coalesce(cohorts.after_to < first_completions.completed_on, true))
