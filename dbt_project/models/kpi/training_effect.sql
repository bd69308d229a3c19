{#-
    Trained and untrained agents over the same dates, as the team they were in then. Whether a difference is more than
    chance is tested in analysis.training_effect_test, for a course as a whole.
-#}
{% set figures = {
    'csat_rate': ['rate', 'answers', 'cast(satisfied as double) / nullif(answers, 0)'],
    'first_contact_resolution_rate':
        ['rate', 'settled_solves', 'cast(first_contact_resolutions as double) / nullif(settled_solves, 0)'],
    'first_response_minutes': ['median', 'first_responses', 'first_response_minutes'],
    'full_resolution_minutes': ['median', 'full_resolutions', 'full_resolution_minutes'],
    'agent_throughput': ['mean', 'working_days', 'cast(tickets_solved as double) / nullif(working_days, 0)'],
} %}
{% set counts = [
    'answers', 'satisfied', 'settled_solves', 'first_contact_resolutions', 'first_responses', 'full_resolutions',
    'working_days', 'tickets_solved',
] %}
{% set cells = ['trained_before', 'trained_after', 'untrained_before', 'untrained_after'] %}
with cohorts as (
    select
        groups.course,
        groups.cohort_month,
        groups.team_key,
        groups.team,
        groups.first_completed_on,
        groups.last_completed_on,
        groups.before_from,
        groups.after_to,
        count(*) filter (where groups.is_trained) as trained_agents,
        count(*) filter (where not groups.is_trained) as untrained_agents
    from {{ ref('fct_training_group') }} as groups
    group by all
),

{#- An agent's day counts in the windows of many cohorts: it is added up once, and only what has a median goes case by case. -#}
daily as (
    select
        outcomes.agent_key,
        outcomes.team_key,
        outcomes.counted_on,
        {{ outcome_counts('outcomes') }}
    from {{ ref('fct_agent_outcome') }} as outcomes
    group by all
),

timed as (
    select * from {{ ref('fct_agent_outcome') }}
    where outcome in ('{{ timed_outcomes() | join("', '") }}')
),

{% for cte, cases in [('counted', 'daily'), ('medians', 'timed')] %}
{{ cte }} as (
    select
        groups.course,
        groups.cohort_month,
        groups.team_key,
        case when groups.is_trained then 'trained' else 'untrained' end
        || case when cases.counted_on < groups.first_completed_on then '_before' else '_after' end as cell,
        {% if cases == 'timed' %}
        {{ outcome_medians('cases') }}
        {% else %}
        {% for count in counts %}
        cast(sum(cases.{{ count }}) as bigint) as {{ count }}{{ ',' if not loop.last }}
        {% endfor %}
        {% endif %}
    from {{ ref('fct_training_group') }} as groups
    inner join {{ cases }} as cases
        on
            groups.agent_key = cases.agent_key
            and groups.team_key = cases.team_key
            and cases.counted_on between groups.before_from and groups.after_to
            and not cases.counted_on between groups.first_completed_on and groups.last_completed_on
    group by all
),
{% endfor %}

measured as (
    select
        counted.*,
        medians.first_response_minutes,
        medians.full_resolution_minutes
    from counted
    left join medians
        on
            counted.course = medians.course
            and counted.cohort_month = medians.cohort_month
            and counted.team_key = medians.team_key
            and counted.cell = medians.cell
),

figures as (
    {% for kpi, (statistic, sample, value) in figures.items() %}
    select
        course,
        cohort_month,
        team_key,
        '{{ kpi }}' as kpi,
        '{{ statistic }}' as statistic,
        {% for cell in cells %}
        coalesce(max({{ sample }}) filter (where cell = '{{ cell }}'), 0) as {{ cell }}_n,
        max({{ value }}) filter (where cell = '{{ cell }}') as {{ cell }}{{ ',' if not loop.last }}
        {% endfor %}
    from measured
    group by course, cohort_month, team_key
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    cohorts.course,
    cohorts.cohort_month,
    cohorts.team_key,
    cohorts.team,
    figures.kpi,
    figures.statistic,
    cohorts.first_completed_on,
    cohorts.last_completed_on,
    cohorts.before_from,
    cohorts.after_to,
    cohorts.after_to < as_of.as_of_date as is_complete,
    cohorts.trained_agents,
    cohorts.untrained_agents,
    {% for cell in cells %}
    figures.{{ cell }}_n,
    figures.{{ cell }},
    {% endfor %}
    figures.trained_after - figures.trained_before as trained_difference,
    figures.untrained_after - figures.untrained_before as untrained_difference,
    (figures.trained_after - figures.trained_before) - (figures.untrained_after - figures.untrained_before)
        as training_effect
from cohorts
inner join figures
    on
        cohorts.course = figures.course
        and cohorts.cohort_month = figures.cohort_month
        and cohorts.team_key = figures.team_key
cross join {{ ref('as_of') }} as as_of
