{#-
    What an incremental build knows (docs/incremental.md). The plan is made by dagster_project/increment.py and stands in
    the schema `increment`; without one, as in a dbt command given by hand, everything is built in full.
-#}

{% macro builds_incrementally() %}
    {#- Who compiles a project for an engine that is not there cannot ask it. -#}
    {% if execute and flags.INTROSPECT and adapter.get_relation(this.database, 'increment', 'plan') %}
        {{ return(run_query('select is_incremental from ' ~ increment_relation('plan')).rows[0][0]) }}
    {% endif %}
    {{ return(false) }}
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

{% macro is_watched() %}{{ return(model.config.meta.get('watched')) }}{% endmacro %}

{#- A model's table as the build before left it, for what runs before the model is built; no dependency. -#}
{% macro before(name) %}{{ return(model_named(name).relation_name) }}{% endmacro %}

{% macro model_named(name) %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and node.name == name %}
        {{ return(node) }}
    {% endfor %}
    {{ exceptions.raise_compiler_error("No model '" ~ name ~ "' that could have been built before") }}
{% endmacro %}

{#- SQL that reads the rows of `part` instead of all; of two tables, one's name may begin with the other's. -#}
{% macro reading_part(sql, whole, part) %}
    {% set name = '(?<![\\w.])' ~ modules.re.escape(whole | string) ~ '(?!\\w)' %}
    {% if not modules.re.search(name, sql) %}
        {{ exceptions.raise_compiler_error(this ~ ' does not read ' ~ whole ~ ', of which a part was to be read') }}
    {% endif %}
    {{ return(modules.re.sub(name, part | string, sql)) }}
{% endmacro %}

{% macro write_changed(name, old, new) %}
    {% do write_down(
        changed_rows(name),
        'select *, false as is_new from ((' ~ old ~ ') except (' ~ new ~ ')) union all '
        ~ 'select *, true as is_new from ((' ~ new ~ ') except (' ~ old ~ '))'
    ) %}
{% endmacro %}
