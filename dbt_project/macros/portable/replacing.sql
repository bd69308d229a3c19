{#-
    Statements that replace tables and rows of them. On Spark a table is a folder of Parquet files, in which nothing can
    be updated or deleted: it is written anew beside the old one, and takes its place by a rename. One statement at a time,
    and no transaction: that a build stopped half-way is not built upon is the business of dagster_project/increment.py.
-#}

{#- A table of the schema `increment`, of a query. -#}
{% macro write_down(relation, sql) %}{{ return(adapter.dispatch('write_down')(relation, sql)) }}{% endmacro %}
{% macro duckdb__write_down(relation, sql) %}
    {% do run_query('create or replace table ' ~ relation ~ ' as ' ~ sql) %}
{% endmacro %}
{% macro spark__write_down(relation, sql) %}
    {% do run_query('create table ' ~ relation ~ ' as ' ~ sql) %}
{% endmacro %}

{#- A model's affected rows, as a table that keeps to the model's contract. -#}
{% macro make_part(part, sql) %}{{ return(adapter.dispatch('make_part')(part, sql)) }}{% endmacro %}
{% macro duckdb__make_part(part, sql) %}
    {% call statement('part') -%}
        drop table if exists {{ part }};
        {{ create_table_as(false, part, sql) }}
    {%- endcall %}
{% endmacro %}
{% macro spark__make_part(part, sql) %}
    {% call statement('part') %}{{ create_table_as(false, part, sql) }}{% endcall %}
{% endmacro %}

{#- The rows of `part` in the place of those whose key, of one column or several, is among `keys`. -#}
{% macro replace_rows(target, part, key, keys) %}
    {{ return(adapter.dispatch('replace_rows')(target, part, key, keys)) }}
{% endmacro %}
{% macro duckdb__replace_rows(target, part, key, keys) %}
    {% call statement('main') -%}
        delete from {{ target }} where ({{ key }}) in (select {{ key }} from {{ keys }});
        insert into {{ target }} by name select * from {{ part }};
    {%- endcall %}
{% endmacro %}
{% macro spark__replace_rows(target, part, key, keys) %}
    {#- The same code made both, so their columns stand in the same order, which `using` would not leave them in. -#}
    {% set is_affected = modules.re.sub('(\\w+)', 'kept.\\1 = affected.\\1', key) | replace(', ', ' and ') %}
    {% do rewrite(
        target,
        'select kept.* from ' ~ target ~ ' as kept left anti join ' ~ keys ~ ' as affected on ' ~ is_affected
        ~ ' union all select * from ' ~ part
    ) %}
{% endmacro %}

{#- A table made anew. -#}
{% macro replace_table(target, sql) %}{{ return(adapter.dispatch('replace_table')(target, sql)) }}{% endmacro %}
{% macro duckdb__replace_table(target, sql) %}
    {% call statement('main') -%}
        drop table {{ target }};
        {{ create_table_as(false, target, sql) }}
    {%- endcall %}
{% endmacro %}
{% macro spark__replace_table(target, sql) %}
    {% do adapter.drop_relation(target) %}
    {% call statement('main') %}{{ create_table_as(false, target, sql) }}{% endcall %}
{% endmacro %}

{#- Spark alone: a table that is written anew by a query which may read it. -#}
{% macro rewrite(relation, sql) %}
    {% set next = relation.incorporate(path={'identifier': relation.identifier ~ '_next'}) %}
    {% call statement('main') %}create table {{ next }} as {{ sql }}{% endcall %}
    {% do adapter.drop_relation(relation) %}
    {% do adapter.rename_relation(next, relation) %}
{% endmacro %}
