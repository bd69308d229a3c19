{#- What its people did while they were in it; teams are compared with all other teams. -#}
{% set metrics = {
    'agent_csat': 'shrunken_csat',
    'first_contact_resolution_rate': 'first_contact_resolution_rate',
    'first_response_minutes': 'first_response_minutes',
    'agent_throughput': 'agent_throughput',
} %}
with measured as (
    select
        periods.period_grain,
        periods.period_start,
        periods.is_complete,
        outcomes.team_key,
        outcomes.team,
        count(distinct outcomes.agent_key) as agent_count,
        {{ outcome_measures('outcomes') }}
    from {{ ref('fct_agent_outcome') }} as outcomes
    inner join {{ ref('dim_period') }} as periods
        on
            outcomes.counted_on between periods.period_start and periods.last_day
            and periods.period_grain in ('month', 'quarter')
    group by all
),

members as (
    select
        *,
        team_key as member_key,
        'all' as group_key,
        cast(first_contact_resolutions as double) / nullif(settled_solves, 0) as first_contact_resolution_rate,
        cast(tickets_solved as double) / nullif(working_days, 0) as agent_throughput
    from measured
),

{{ shrunken_csat('members') }},

{{ award('shrunken', 'team_award_rank', metrics) }}

select
    period_grain,
    period_start,
    team_key,
    team,
    is_complete,
    agent_count,
    tickets_solved,
    working_days,
    agent_throughput,
    answers,
    satisfied,
    csat_rate,
    group_csat_rate as company_csat_rate,
    prior_strength,
    shrunken_csat as team_csat,
    settled_solves,
    first_contact_resolutions,
    first_contact_resolution_rate,
    first_responses,
    first_response_minutes,
    agent_csat_percentile as team_csat_percentile,
    {% for metric in metrics if metric != 'agent_csat' %}
    {{ metric }}_percentile,
    {% endfor %}
    star_score,
    stars,
    ranking_status,
    team_award_rank
from awarded
