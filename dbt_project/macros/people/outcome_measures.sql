{#- What a member is measured by, aggregated from core.fct_agent_outcome: counts, and medians. -#}
{% macro outcome_measures(outcomes) %}
    {{ outcome_counts(outcomes) }},
    {{ outcome_medians(outcomes) }}
{% endmacro %}

{% macro outcome_counts(outcomes) %}
    {% set count_of = {'tickets_solved': 'solve', 'answers': 'answer', 'settled_solves': 'settled_solve',
                       'first_responses': 'first_response', 'full_resolutions': 'full_resolution',
                       'working_days': 'working_day'} %}
    {% set sum_of = {'satisfied': 'answer', 'first_contact_resolutions': 'settled_solve'} %}
    {% for name, outcome in count_of.items() %}
    count(*) filter (where {{ outcomes }}.outcome = '{{ outcome }}') as {{ name }},
    {% endfor %}
    {% for name, outcome in sum_of.items() %}
    cast(coalesce(
        sum(cast({{ outcomes }}.value as bigint)) filter (where {{ outcomes }}.outcome = '{{ outcome }}'), 0
    ) as bigint) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
{% endmacro %}

{#- Of these outcomes; the others have no duration. -#}
{% macro timed_outcomes() %}{{ return(['first_response', 'full_resolution']) }}{% endmacro %}

{% macro outcome_medians(outcomes) %}
    {% for outcome in timed_outcomes() %}
    percentile_cont(0.5) within group (
        order by case when {{ outcomes }}.outcome = '{{ outcome }}' then {{ outcomes }}.value end
    ) as {{ outcome }}_minutes{{ ',' if not loop.last }}
    {% endfor %}
{% endmacro %}
