{#- The satisfaction dimensions that surveys ask for, beside the overall question, as a list for `in`. -#}
{% macro satisfaction_dimensions() -%}
    ('response_speed', 'service_quality', 'problem_solving', 'attitude', 'knowledge')
{%- endmacro %}

{#- The questions that are answered with a score; without one they were asked and left blank. -#}
{% macro scored_questions() -%}
    ('overall', 'recommend', 'effort', 'response_speed', 'service_quality', 'problem_solving', 'attitude', 'knowledge')
{%- endmacro %}
