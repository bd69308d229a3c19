{#- What staging hands on: the accepted rows without personal data and customers' numbers; the quarantined ones whole. -#}

{% macro accepted_rows(entity, typed, also=[]) %}
{% if not execute %}
select * from {{ typed }}
{% else %}
{% set columns = contract_columns(entity) %}
select
    {{ entity_key(entity) }},
    {% for key in reference_keys(entity, columns) %}
    {{ key.name }},
    {% endfor %}
    {% for column in columns if not column.personal and not names_customers(entity, column) %}
    {% set holder = holding_key(entity, column) %}
    {{ text_behind_colon(holder) ~ ' as ' if holder }}{{ column.name }},
    {% endfor %}
    {% for expression in also %}
    {{ expression }},
    {% endfor %}
    _source as source,
    _position as source_position,
    _mapping as source_mapping
from {{ typed }}
where _outcome = 'accepted'
{% endif %}
{% endmacro %}

{% macro quarantined_rows(entity, typed) %}
select
    '{{ entity }}' as entity,
    _source as source,
    _load_id as load_id,
    _file as file,
    _position as position,
    _mapping as mapping,
    _reasons as reasons,
    _row as row_text
from {{ typed }}
where _outcome = 'quarantined'
{% endmacro %}
