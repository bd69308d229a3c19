{#- What a member is measured by, aggregated from core.fct_agent_outcome. -#}
{% macro outcome_measures(outcomes) %}
    {% set count_of = {'tickets_solved': 'solve', 'answers': 'answer', 'settled_solves': 'settled_solve',
                       'first_responses': 'first_response', 'full_resolutions': 'full_resolution',
                       'working_days': 'working_day'} %}
    {% set sum_of = {'satisfied': 'answer', 'first_contact_resolutions': 'settled_solve'} %}
    {% set median_of = {'first_response_minutes': 'first_response', 'full_resolution_minutes': 'full_resolution'} %}
    {% for name, outcome in count_of.items() %}
    count(*) filter (where {{ outcomes }}.outcome = '{{ outcome }}') as {{ name }},
    {% endfor %}
    {% for name, outcome in sum_of.items() %}
    cast(coalesce(
        sum({{ outcomes }}.value) filter (where {{ outcomes }}.outcome = '{{ outcome }}'), 0
    ) as bigint) as {{ name }},
    {% endfor %}
    {% for name, outcome in median_of.items() %}
    percentile_cont(0.5) within group (
        order by case when {{ outcomes }}.outcome = '{{ outcome }}' then {{ outcomes }}.value end
    ) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
{% endmacro %}
