{#- An agent stands in the team that was the agent's at the end of the period, with all that the agent did in it. -#}
{% set metrics = {
    'agent_csat': 'shrunken_csat',
    'first_contact_resolution_rate': 'first_contact_resolution_rate',
    'first_response_minutes': 'first_response_minutes',
    'agent_throughput': 'agent_throughput',
} %}
with periods as (
    select
        *,
        {{ utc_from_local("cast(" ~ plus_days('last_day', 1) ~ " as timestamp)", "'" ~ var('reporting_time_zone') ~ "'") }}
            as ends_at
    from {{ ref('dim_period') }}
    where period_grain in ('month', 'quarter')
),

measured as (
    select
        periods.period_grain,
        periods.period_start,
        periods.is_complete,
        least(periods.ends_at, as_of.as_of) as ends_at,
        outcomes.agent_key,
        {{ outcome_measures('outcomes') }}
    from {{ ref('fct_agent_outcome') }} as outcomes
    inner join periods on outcomes.counted_on between periods.period_start and periods.last_day
    cross join {{ ref('as_of') }} as as_of
    group by all
),

members as (
    select
        measured.*,
        measured.agent_key as member_key,
        coalesce(versions.team_key, 'unknown') as group_key,
        coalesce(versions.team, 'unknown') as team,
        cast(measured.first_contact_resolutions as double) / nullif(measured.settled_solves, 0)
            as first_contact_resolution_rate,
        cast(measured.tickets_solved as double) / nullif(measured.working_days, 0) as agent_throughput
    from measured
    left join {{ ref('dim_agent_version') }} as versions
        on
            measured.agent_key = versions.agent_key
            and measured.ends_at > versions.valid_from
            and measured.ends_at <= versions.valid_to
),

{{ shrunken_csat('members') }},

{{ award('shrunken', 'service_star_rank', metrics) }}

select
    period_grain,
    period_start,
    agent_key,
    group_key as team_key,
    team,
    is_complete,
    tickets_solved,
    working_days,
    agent_throughput,
    answers,
    satisfied,
    csat_rate,
    group_csat_rate as team_csat_rate,
    prior_strength,
    shrunken_csat as agent_csat,
    settled_solves,
    first_contact_resolutions,
    first_contact_resolution_rate,
    first_responses,
    first_response_minutes,
    {% for metric in metrics %}
    {{ metric }}_percentile,
    {% endfor %}
    star_score,
    stars,
    ranking_status,
    service_star_rank,
    rank_in_group as rank_in_team
from awarded
