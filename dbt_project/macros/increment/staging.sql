{#-
    typed_<entity>, built incrementally: the keys that a new or replaced file has rows of, and those that refer to
    something that changed, are judged again from all of their landed rows; the rest stays.
-#}

{#- The entity of a model typed_<entity>; none of any other model. -#}
{% macro typed_entity() %}
    {% if model.name.startswith('typed_') and 'staging' in model.fqn %}
        {{ return(model.name.removeprefix('typed_')) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}

{% macro replace_affected_keys(entity, target) %}
    {% set key = entity_key(entity) %}
    {% set keys = increment_relation('keys_of_' ~ entity) %}
    {% set new_loads = run_query(
        'select distinct load_id from ' ~ increment_relation('part') ~ ' where is_new order by all'
    ).columns[0].values() | list %}
    {% do write_down(keys, affected_keys(entity, target, new_loads)) %}
    {% set counts = run_query(
        'select count(*), ' ~ pays('count(*)', '(select count(*) from ' ~ target ~ ')') ~ ' from ' ~ keys
    ).rows[0] %}
    {% if counts[0] == 0 %}
        {% call statement('main') %}select 1{% endcall %}
        {% do write_changed(entity, compared_rows(entity, target) ~ ' and false', compared_rows(entity, target) ~ ' and false') %}
    {% elif counts[1] %}
        {% do replace_keys(entity, target, keys, new_loads) %}
    {% else %}
        {% do replace_all(entity, target) %}
    {% endif %}
{% endmacro %}

{% macro affected_keys(entity, target, new_loads) -%}
    {%- set key = entity_key(entity) -%}
    select {{ own_key(entity) }} as {{ key }} from {{ landed(entity) }} where _load_id in ({{ texts(new_loads) }})
    union
    select {{ key }} from {{ target }}
    where _load_id in (select load_id from {{ increment_relation('part') }} where is_gone)
    {% for column in contract_columns(entity) if column.must_exist -%}
    {%- set parent = column.references[0] -%}
    {%- set parent_key = entity_key(parent) %}
    union
    select {{ key }} from {{ target }}
    where {{ reference_key(column, parent) }} in (
        select {{ parent_key }} from {{ changed_rows(parent) }}
        group by {{ parent_key }}
        having count(*) <> 2
        {%- for name in modules.re.findall('parent_' ~ parent ~ '[.]([a-z0-9_]+)', compiled_code) | unique
            if name not in (parent_key, '_outcome') %}
            or max(case when is_new then {{ name }} end) is distinct from max(case when not is_new then {{ name }} end)
        {%- endfor %}
    )
    {%- endfor %}
{%- endmacro %}

{#- All rows of the keys stand in these loads: that keeps the engine from reading the files of the others. -#}
{% macro replace_keys(entity, target, keys, new_loads) %}
    {% set key = entity_key(entity) %}
    {% set of_keys = ' in (select ' ~ key ~ ' from ' ~ keys ~ ')' %}
    {% set part, old = increment_relation(this.identifier), increment_relation('old_' ~ entity) %}
    {% do write_down(old, 'select * from ' ~ target ~ ' where ' ~ key ~ of_keys) %}
    {% set loads = run_query('select distinct _load_id from ' ~ old ~ ' order by all').columns[0].values() | list %}
    {% do write_down(
        increment_relation(entity),
        'select * from ' ~ landed(entity) ~ ' where _load_id in (' ~ texts(loads + new_loads) ~ ') and '
        ~ own_key(entity) ~ of_keys
    ) %}
    {% do make_part(part, reading_part(compiled_code, landed(entity), increment_relation(entity))) %}
    {% do write_changed(entity, compared_rows(entity, old), compared_rows(entity, part)) %}
    {% do replace_rows(target, part, key, keys) %}
{% endmacro %}

{% macro replace_all(entity, target) %}
    {% set old = increment_relation('old_' ~ entity) %}
    {% do write_down(old, compared_rows(entity, target)) %}
    {% do replace_table(target, compiled_code) %}
    {% do write_changed(entity, 'select * from ' ~ old, compared_rows(entity, target)) %}
{% endmacro %}

{#- What staging hands on, and of personal data, which it does not, whether they are the same. -#}
{% macro compared_rows(entity, typed) %}
    {% set digests = [] %}
    {% for column in contract_columns(entity) if column.personal %}
        {% do digests.append('md5(' ~ column.name ~ ') as ' ~ column.name ~ '_md5') %}
    {% endfor %}
    {{ return(accepted_rows(entity, typed, also=digests)) }}
{% endmacro %}

{% macro landed(entity) %}
    {{ return(api.Relation.create(database=this.database, schema='raw', identifier=entity)) }}
{% endmacro %}

{#- Texts for an `in` list; of none, nothing is in it. -#}
{% macro texts(values) -%}
    {%- for value in values %}'{{ value }}'{{ ', ' if not loop.last }}{% else %}null{% endfor -%}
{%- endmacro %}
