{#-
    The rows of a seed as literals. dbt-spark's own way puts them in as text without escaping it, and writes a value that
    is missing as 'None'.
-#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {% set types = model['config'].get('column_types', {}) %}
    {% set sql %}
        insert into {{ this.render() }} values
        {% for row in agate_table.rows %}
        (
            {%- for column in agate_table.column_names -%}
            {%- set value = row[loop.index0] -%}
            cast({{ 'null' if value is none else backslashed_literal(value | string) }}
                as {{ types.get(column, adapter.convert_type(agate_table, loop.index0)) }}){{ ', ' if not loop.last }}
            {%- endfor -%}
        ){{ ',' if not loop.last }}
        {% endfor %}
    {% endset %}
    {% do adapter.add_query(sql, abridge_sql_log=True) %}
    {{ return(sql) }}
{% endmacro %}
