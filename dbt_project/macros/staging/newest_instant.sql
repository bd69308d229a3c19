{#- The latest instant of a row that reports what happened; plans and validities do not count. -#}
{% macro newest_instant(entity) -%}
    {%- set happened = [] -%}
    {%- if execute -%}
        {%- for column in contract_columns(entity) if column.data_type == 'instant' and not column.planned -%}
            {%- do happened.append(column.name) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if happened | length > 1 -%} greatest({{ happened | join(', ') }})
    {%- else -%} {{ happened | first or 'cast(null as timestamp)' }}
    {%- endif -%}
{%- endmacro %}
