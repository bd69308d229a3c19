{#- Shares and times of a team in a category, each drawn towards the category's by sample size, and ranked inside it. -#}
{% set measures = {
    'solved_share': ['shrunken_solved_share', 'desc', 'asc'],
    'full_resolution_minutes': ['shrunken_full_resolution_minutes', 'asc', 'desc'],
    'csat_rate': ['shrunken_csat_rate', 'desc', 'asc'],
} %}
with tickets as (
    select
        tickets.ticket_key,
        tickets.category,
        tickets.team_key,
        tickets.team,
        case when tickets.is_solved then 1 else 0 end as solved,
        tickets.full_resolution_minutes as minutes
    from {{ ref('fct_ticket') }} as tickets
    cross join {{ ref('as_of') }} as as_of
    inner join {{ ref('kpis') }} as registry on registry.kpi = 'team_category_fit'
    where
        tickets.is_counted and tickets.team_key <> 'unknown' and tickets.category <> 'unknown'
        and {{ minutes_between('tickets.created_at', 'as_of.as_of') }} between 0 and 60 * registry.settle_window_hours
),

times as (
    select
        category as group_key,
        team_key as member_key,
        minutes
    from tickets
    where minutes is not null
),

{#- Both shares are shrunken alike, each among the teams of its category. -#}
{% set no_period = "'all' as period_grain, cast('1970-01-01' as date) as period_start" %}
shares as (
    select
        {{ no_period }},
        concat('solved ', category) as group_key,
        team_key as member_key,
        count(*) as answers,
        sum(solved) as satisfied
    from tickets
    group by category, team_key

    union all

    select
        {{ no_period }},
        concat('csat ', tickets.category) as group_key,
        tickets.team_key as member_key,
        count(*) as answers,
        sum(case when responses.is_satisfied then 1 else 0 end) as satisfied
    from {{ ref('fct_survey_response') }} as responses
    inner join tickets on responses.ticket_key = tickets.ticket_key
    where responses.is_counted and responses.is_satisfied is not null
    group by tickets.category, tickets.team_key
),

{{ shrunken_csat('shares') }},

{{ shrunken_minutes('times') }},

members as (
    select
        category,
        team_key,
        max(team) as team
    from tickets
    group by category, team_key
),

figures as (
    select
        members.category,
        members.team_key,
        members.team,
        solved.answers as tickets,
        solved.satisfied as solved_tickets,
        solved.csat_rate as solved_share,
        solved.group_csat_rate as category_solved_share,
        round(solved.shrunken_csat, 9) as shrunken_solved_share,
        coalesce(minutes.n, 0) as timed_tickets,
        minutes.median_minutes as full_resolution_minutes,
        minutes.group_median_minutes as category_full_resolution_minutes,
        round(minutes.shrunken_median_minutes, 6) as shrunken_full_resolution_minutes,
        coalesce(csat.answers, 0) as answers,
        coalesce(csat.satisfied, 0) as satisfied,
        csat.csat_rate,
        csat.group_csat_rate as category_csat_rate,
        round(csat.shrunken_csat, 9) as shrunken_csat_rate,
        case when solved.answers >= registry.minimum_sample then 'ranked' else 'too few' end as ranking_status
    from members
    inner join {{ ref('kpis') }} as registry on registry.kpi = 'team_category_fit'
    inner join shrunken as solved
        on concat('solved ', members.category) = solved.group_key and members.team_key = solved.member_key
    left join shrunken as csat
        on concat('csat ', members.category) = csat.group_key and members.team_key = csat.member_key
    left join shrunken_minutes as minutes
        on members.category = minutes.group_key and members.team_key = minutes.member_key
),

judged as (
    select
        *,
        {% for name, (column, best_first, worst_first) in measures.items() %}
        {% set is_compared = "ranking_status = 'ranked' and " ~ column ~ " is not null" %}
        {% set group = 'category, ranking_status, ' ~ column ~ ' is null' %}
        case when {{ is_compared }} then cast(rank() over (partition by {{ group }} order by {{ column }} {{ best_first }}) as bigint) end
            as {{ name }}_rank,
        case when {{ is_compared }} then {{ share_doing_worse(group, column ~ ' ' ~ worst_first) }} end
            as {{ name }}_percentile{{ ',' if not loop.last }}
        {% endfor %}
    from figures
),

scored as (
    select
        *,
        round((
            {% for name in measures %}coalesce({{ name }}_percentile, 0){{ ' + ' if not loop.last }}{% endfor %}
        ) / nullif(
            {% for name in measures %}cast({{ name }}_percentile is not null as integer){{ ' + ' if not loop.last }}{% endfor %},
            0
        ), 9) as fit_score
    from judged
)

select
    category,
    team_key,
    team,
    cast(tickets as bigint) as tickets,
    cast(solved_tickets as bigint) as solved_tickets,
    solved_share,
    category_solved_share,
    shrunken_solved_share,
    solved_share_rank,
    cast(timed_tickets as bigint) as timed_tickets,
    full_resolution_minutes,
    category_full_resolution_minutes,
    shrunken_full_resolution_minutes,
    full_resolution_minutes_rank,
    cast(answers as bigint) as answers,
    cast(satisfied as bigint) as satisfied,
    csat_rate,
    category_csat_rate,
    shrunken_csat_rate,
    csat_rate_rank,
    cast(fit_score as double) as fit_score,
    ranking_status,
    case
        when fit_score is not null
            then cast(rank() over (partition by category order by fit_score desc nulls last) as bigint)
    end as team_category_fit
from scored
