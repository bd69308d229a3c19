{#-
    Facts and models of tickets whose rows are replaced by a key. In dbt_project.yml a model's `affected` names the model
    that lists the keys which an incremental build works out again: the same SQL then reads the rows of these keys alone
    where it matters, and what it yields takes the place of theirs. A list has one column; its `meta` says of which table
    it lists keys, and which models of staging have their rows of these keys taken along for those that read them.
-#}

{% macro lists_affected(node) %}{{ return(node.config.meta.get('affected')) }}{% endmacro %}

{% macro key_of(list) %}{{ return(model_named(list).columns | first) }}{% endmacro %}

{#- Whether the rows of a list are replaced: not where there is none, or it lists more than pays. -#}
{% macro replaces_affected(list) %}
    {% if list and builds_incrementally() %}
        {{ return(run_query('select pays from ' ~ increment_relation('size_of_' ~ list)).rows[0][0]) }}
    {% endif %}
    {{ return(false) }}
{% endmacro %}

{#- A model's SQL over the affected rows alone: of models with the same list it reads what was just worked out. A table
    with another key it reads in full: what of it belongs to these rows, the joins find. -#}
{% macro sql_of_affected() %}
    {% set ns = namespace(sql=compiled_code) %}
    {% set list = lists_affected(model) %}
    {% for node in graph.nodes.values() if node.unique_id in model.depends_on.nodes %}
        {% if lists_affected(node) == list or node.name in model_named(list).config.meta.get('takes', []) %}
            {% set ns.sql = reading_part(ns.sql, node.relation_name, increment_relation(node.name)) %}
        {% elif lists_affected(node) and key_of(lists_affected(node)) == key_of(list) %}
            {% set part = '(select * from ' ~ node.relation_name ~ of_affected(list) ~ ')' %}
            {% set ns.sql = reading_part(ns.sql, node.relation_name, part) %}
        {% endif %}
    {% endfor %}
    {{ return(ns.sql) }}
{% endmacro %}

{% macro of_affected(list) -%}
    {{ return(' where ' ~ key_of(list) ~ ' in (select ' ~ key_of(list) ~ ' from ' ~ before(list) ~ ')') }}
{%- endmacro %}

{% macro replace_affected(target) %}
    {% set part, list = increment_relation(this.identifier), lists_affected(model) %}
    {% do make_part(part, sql_of_affected()) %}
    {% if is_watched() %}
        {% do write_changed(model.name, 'select * from ' ~ target ~ of_affected(list), 'select * from ' ~ part) %}
    {% endif %}
    {% do replace_rows(target, part, key_of(list), before(list)) %}
{% endmacro %}

{#- Beside a view, in an incremental build, one of the affected rows. -#}
{% macro view_affected() %}
    {% if replaces_affected(lists_affected(model)) %}
        {% call statement('part') -%}
            create or replace view {{ increment_relation(model.name) }} as {{ sql_of_affected() }}
        {%- endcall %}
        {{ adapter.commit() }}
    {% endif %}
{% endmacro %}

{#- After a list: count it, and take along the rows of what is read of staging. -#}
{% macro take_affected() %}
    {% if builds_incrementally() %}
        {% do write_down(
            increment_relation('size_of_' ~ model.name),
            'select count(*) as affected, ' ~ pays('count(*)', '(select count(*) from ' ~ before(model.config.meta.of) ~ ')')
            ~ ' as pays from ' ~ this
        ) %}
        {% if replaces_affected(model.name) %}
            {% for name in model.config.meta.get('takes', []) %}
                {% do write_down(increment_relation(name), 'select * from ' ~ before(name) ~ of_affected(model.name)) %}
            {% endfor %}
        {% endif %}
    {% endif %}
{% endmacro %}
