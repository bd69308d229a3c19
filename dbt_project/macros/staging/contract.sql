{#- What staging reads of the source contract (models/staging/contract.yml). -#}

{% macro contract(entity) %}
    {#- The declaration of one entity; empty while dbt is only parsing. -#}
    {% if not execute %}{{ return(none) }}{% endif %}
    {% for node in graph.sources.values() if node.source_name == 'raw' and node.name == entity %}
        {{ return(node) }}
    {% endfor %}
    {{ exceptions.raise_compiler_error("No entity '" ~ entity ~ "' in models/staging/contract.yml") }}
{% endmacro %}

{% macro contract_columns(entity) %}
    {#- Its columns as a list of {name, data_type, required, personal, free_text, planned, values, references,
        reference_by, must_exist}. -#}
    {% set columns = [] %}
    {% for column in contract(entity).columns.values() %}
        {% set meta = column.config.meta or column.meta %}
        {% set references = meta.get('references', []) %}
        {% do columns.append({
            'name': column.name,
            'data_type': column.data_type,
            'required': meta.get('required', false),
            'personal': meta.get('personal', false),
            'free_text': meta.get('free_text'),
            'planned': meta.get('planned', false),
            'values': meta.get('values', []),
            'references': [references] if references is string else references,
            'reference_by': meta.get('reference_by'),
            'must_exist': meta.get('must_exist', false),
        }) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{% macro contract_meta(entity, name) %}
    {% set node = contract(entity) %}
    {{ return((node.config.meta or node.meta).get(name)) }}
{% endmacro %}

{% macro entity_key(entity) %}
    {#- Name of the warehouse's key of an entity, e.g. ticket_key. -#}
    {{ return(contract_meta(entity, 'singular') ~ '_key') }}
{% endmacro %}

{% macro reference_key(column, entity) %}
    {#- Name of the key that a referring column becomes: assignee_id → assignee_key; where the row itself says which
        entity is meant, one key an entity: actor_id → actor_agent_key, actor_customer_key. -#}
    {% set stem = column.name | replace('_id', '') %}
    {{ return(stem ~ '_key' if column.references | length == 1 else stem ~ '_' ~ entity_key(entity)) }}
{% endmacro %}

{% macro warehouse_key(entity, source, parts) -%}
    {#- The key of a row across sources. Customers are people: they go by a pseudonym from here on. -#}
    {%- set key = plain_key(source, parts) -%}
    {{ keyed_pseudonym(key) if entity == 'customers' else key }}
{%- endmacro %}

{% macro plain_key(source, parts) -%}
    {{ source }}{% for part in parts %} || ':' || {{ part }}{% endfor %}
{%- endmacro %}

{#- Whether a column holds a customer's own number, for which a pseudonym stands from staging on. -#}
{% macro names_customers(entity, column) %}
    {% set is_own = entity == 'customers' and column.name in contract_meta(entity, 'key') %}
    {{ return(is_own or 'customers' in column.references) }}
{% endmacro %}
