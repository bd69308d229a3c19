{#-
    A figure of a period depends on the cases of that period alone. In an incremental build a mart of one fact is therefore
    computed for the periods that a case came to, went from, or changed in; the figures of all others stay. A value of a
    dimension that no case of a period has any more vanishes with the period's rows. Such a mart says in its `meta` how
    `cases` are selected, by which date they are `counted_on`, and which `day` they make; without one they make periods of
    all grains, as KPIs do.
-#}

{#- The one fact that a mart reads beside seeds, where it is written down which of its rows changed; none where it reads
    something else, or the fact was made in full. -#}
{% macro fact_with_changes() %}
    {% set read = [] %}
    {% for node in model.depends_on.nodes if node.startswith('model.') %}
        {% do read.append(node) %}
    {% endfor %}
    {% if model.config.meta.get('cases') and read | length == 1 %}
        {% set fact = graph.nodes[read[0]] %}
        {% set changed = changed_rows(fact.name) %}
        {% if adapter.get_relation(changed.database, changed.schema, changed.identifier) %}
            {{ return(fact) }}
        {% endif %}
    {% endif %}
    {{ return(none) }}
{% endmacro %}

{% macro replace_affected_periods(fact, target) %}
    {% set periods, part = increment_relation('periods_of_' ~ model.name), increment_relation(model.name) %}
    {% do write_down(periods, affected_periods(fact)) %}
    {% if run_query('select 1 from ' ~ periods ~ ' limit 1').rows %}
        {% set sql = reading_part(compiled_code, fact.relation_name, cases_of_periods(fact, periods)) %}
        {% set key = model.config.meta.get('day', 'period_grain, period_start') %}
        {% do make_part(
            part, 'select * from (' ~ sql ~ ') as figures where (' ~ key ~ ') in (select ' ~ key ~ ' from ' ~ periods ~ ')'
        ) %}
        {% do replace_rows(target, part, key, periods) %}
    {% else %}
        {% call statement('main') %}select 1{% endcall %}
    {% endif %}
{% endmacro %}

{#- Periods in which there are other cases than before, from those of the fact's changed rows. -#}
{% macro affected_periods(fact) -%}
    with changed as (select * from {{ changed_rows(fact.name) }}),

    cases as ({{ model.config.meta.cases }}),

    counted as (
        select
            * except (is_new),
            sum(case when is_new then 1 else -1 end) as more
        from cases
        group by all
    )

    {% if model.config.meta.get('day') %}
    select distinct counted_on as {{ model.config.meta.day }}
    from counted
    where more <> 0
    {% else %}
    {% for grain in grains() %}
    select distinct
        '{{ grain }}' as period_grain,
        {{ period_of('counted_on', grain) }} as period_start
    from counted
    where more <> 0
    {{ 'union all' if not loop.last }}
    {% endfor %}
    {% endif %}
{%- endmacro %}

{#- All rows of the fact that an affected period needs: a quarter holds its months and days, but not all of its weeks. -#}
{% macro cases_of_periods(fact, periods) -%}
    (
        select * from {{ fact.relation_name }}
        where
            {% if model.config.meta.get('day') %}
            {{ model.config.meta.counted_on }} in (select {{ model.config.meta.day }} from {{ periods }})
            {% else %}
            {% for grain in ['quarter', 'week'] %}
            {{ 'or' if not loop.first }} {{ period_of(model.config.meta.counted_on, grain) }} in (
                select period_start from {{ periods }} where period_grain = '{{ grain }}'
            )
            {% endfor %}
            {% endif %}
    )
{%- endmacro %}
