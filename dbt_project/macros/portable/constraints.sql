{#-
    What a contract says is never NULL. DuckDB refuses such a row when it is written; Parquet tables hold whatever they
    are given, so they are asked afterwards.
-#}
{% macro demand_no_nulls(relation) %}{{ return(adapter.dispatch('demand_no_nulls')(relation)) }}{% endmacro %}
{% macro duckdb__demand_no_nulls(relation) %}{% endmacro %}
{% macro spark__demand_no_nulls(relation) %}
    {% set columns = [] %}
    {% for column in model.columns.values() if column.constraints | selectattr('type', 'equalto', 'not_null') | list %}
        {% do columns.append(column.name) %}
    {% endfor %}
    {% if columns %}
        {% set counts = run_query(
            'select ' ~ 'count_if(' ~ columns | join(' is null), count_if(') ~ ' is null) from ' ~ relation
        ).rows[0] %}
        {% for column in columns %}
            {% if counts[loop.index0] %}
                {{ exceptions.raise_compiler_error(
                    relation ~ '.' ~ column ~ ': NULL in ' ~ counts[loop.index0] ~ ' rows; its contract allows none'
                ) }}
            {% endif %}
        {% endfor %}
    {% endif %}
{% endmacro %}
