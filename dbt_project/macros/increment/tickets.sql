{#-
    Models of tickets say something about one ticket in each row, by nothing but this ticket's rows, small
    tables and the as-of instant. In dbt_project.yml their `affected` names the model that lists the tickets which an
    incremental build works out again: the same SQL then reads these tickets' rows alone, and what it yields takes the
    place of theirs.
-#}

{% macro lists_affected(node) %}{{ return(node.config.meta.get('affected')) }}{% endmacro %}

{#- A model's SQL over the affected tickets alone: of models with the same tickets it reads what was just worked out. -#}
{% macro sql_of_affected_tickets() %}
    {% set ns = namespace(sql=compiled_code) %}
    {% for node in graph.nodes.values() if node.unique_id in model.depends_on.nodes %}
        {% if node.name in ('stg_tickets', 'stg_ticket_events') or lists_affected(node) == lists_affected(model) %}
            {% set ns.sql = reading_part(ns.sql, node.relation_name, increment_relation(node.name)) %}
        {% elif lists_affected(node) %}
            {% set part = '(select * from ' ~ node.relation_name ~ of_affected_tickets() ~ ')' %}
            {% set ns.sql = reading_part(ns.sql, node.relation_name, part) %}
        {% endif %}
    {% endfor %}
    {{ return(ns.sql) }}
{% endmacro %}

{% macro of_affected_tickets() -%}
    {{ return(' where ticket_key in (select ticket_key from ' ~ before(lists_affected(model)) ~ ')') }}
{%- endmacro %}

{% macro replace_affected_tickets(target) %}
    {% set part = increment_relation(this.identifier) %}
    {% do make_part(part, sql_of_affected_tickets()) %}
    {% if is_watched() %}
        {% do write_changed(model.name, 'select * from ' ~ target ~ of_affected_tickets(), 'select * from ' ~ part) %}
    {% endif %}
    {% do replace_rows(target, part, 'ticket_key', before(lists_affected(model))) %}
{% endmacro %}

{#- Beside a view of tickets, in an incremental build, one of the affected tickets. -#}
{% macro view_affected_tickets() %}
    {% if lists_affected(model) and increment_plan().replaces_tickets %}
        {% call statement('part') -%}
            create or replace view {{ increment_relation(model.name) }} as {{ sql_of_affected_tickets() }}
        {%- endcall %}
        {{ adapter.commit() }}
    {% endif %}
{% endmacro %}

{#- After int_tickets_affected: count them, and take their rows of what models by ticket read of staging. -#}
{% macro take_affected_tickets() %}
    {% if increment_plan().is_incremental %}
        {% do note_affected_tickets(
            '(select count(*) from ' ~ this ~ ')',
            '(select ' ~ pays('count(*)', '(select count(*) from ' ~ before('int_tickets_united') ~ ')') ~ ' from ' ~ this ~ ')'
        ) %}
        {% for name in ['stg_tickets', 'stg_ticket_events'] %}
            {% do write_down(
                increment_relation(name),
                'select * from ' ~ before(name) ~ ' where ticket_key in (select ticket_key from ' ~ this
                ~ ' where (select replaces_tickets from ' ~ increment_relation('plan') ~ '))'
            ) %}
        {% endfor %}
    {% endif %}
{% endmacro %}
