{#-
    What an incremental build knows (docs/incremental.md). The plan is written by dagster_project/increment.py into the
    schema `increment` of the build file; without one, as in a dbt command given by hand, everything is built in full.
-#}

{#- {is_incremental, replaces_tickets}: whether rows are replaced by key at all, and whether tickets are: not where
    more of them are affected than pays. -#}
{% macro increment_plan() %}{{ return(adapter.dispatch('increment_plan')()) }}{% endmacro %}
{% macro default__increment_plan() %}{{ return({'is_incremental': false, 'replaces_tickets': false}) }}{% endmacro %}
{% macro duckdb__increment_plan() %}
    {% if execute and adapter.get_relation(this.database, 'increment', 'plan') %}
        {% set row = run_query(
            'select is_incremental, replaces_tickets from ' ~ increment_relation('plan')
        ).rows[0] %}
        {{ return({'is_incremental': row[0], 'replaces_tickets': row[1]}) }}
    {% endif %}
    {{ return(default__increment_plan()) }}
{% endmacro %}

{#- Beyond a fifth, building in full is as fast. -#}
{% macro pays(affected, all) %}{{ return('5 * ' ~ affected ~ ' <= ' ~ all) }}{% endmacro %}

{#- A table that a build makes for itself; gone when it is complete. -#}
{% macro increment_relation(name) %}
    {{ return(api.Relation.create(database=this.database, schema='increment', identifier=name, type='table')) }}
{% endmacro %}

{#- The rows of an entity or of a watched model that are new, changed or gone since the build before: the old ones and the
    new ones, told apart by `is_new`. -#}
{% macro changed_rows(name) %}{{ return(increment_relation('changed_' ~ name)) }}{% endmacro %}

{#- A model's table as the build before left it, for what runs before the model is built; no dependency. -#}
{% macro before(name) %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and node.name == name %}
        {{ return(node.relation_name) }}
    {% endfor %}
    {{ exceptions.raise_compiler_error("No model '" ~ name ~ "' that could have been built before") }}
{% endmacro %}

{#- SQL that reads the rows of `part` instead of all. -#}
{% macro reading_part(sql, whole, part) %}
    {% if whole | string not in sql %}
        {{ exceptions.raise_compiler_error(this ~ ' does not read ' ~ whole ~ ', of which a part was to be read') }}
    {% endif %}
    {{ return(sql | replace(whole | string, part | string)) }}
{% endmacro %}

{% macro write_changed(name, old, new) %}
    {% call statement('changed') -%}
        create or replace table {{ changed_rows(name) }} as
        select *, false as is_new from (({{ old }}) except ({{ new }}))
        union all
        select *, true as is_new from (({{ new }}) except ({{ old }}))
    {%- endcall %}
{% endmacro %}
