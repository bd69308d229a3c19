{#- The as-of instant that the configuration states (UTC), else NULL. -#}
{% macro configured_as_of() -%}
    {% if var('as_of') %}timestamp '{{ var('as_of') }}'{% else %}cast(null as timestamp){% endif %}
{%- endmacro %}
