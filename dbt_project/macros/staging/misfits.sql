{#- Why a row does not fit the contract: conditions over the typed row, each with its reason in words. -#}

{% macro misfit_reasons(columns) %}
    {% set reasons = [] %}
    {% for column in columns %}
        {% set name, text = column.name, 'typed.' ~ text_of(column) %}
        {% if column.required %}
            {% do reasons.append({'when': text ~ ' is null', 'reason': name ~ ': required value missing'}) %}
        {% endif %}
        {% if column.data_type != 'text' %}
            {% do reasons.append({
                'when': '(' ~ text ~ ' is not null and typed.' ~ name ~ ' is null)',
                'reason': name ~ ': not ' ~ ('an ' if column.data_type[0] == 'i' else 'a ') ~ column.data_type,
            }) %}
        {% elif column['values'] %}
            {% do reasons.append({
                'when': 'typed.' ~ name ~ " not in ('" ~ column['values'] | join("', '") ~ "')",
                'reason': name ~ ': unknown value',
            }) %}
        {% else %}
            {% do reasons.append({
                'when': 'contains(typed.' ~ name ~ ', ' ~ character(undecodable_marker()) ~ ')',
                'reason': name ~ ': undecodable bytes',
            }) %}
            {% do reasons.append({
                'when': 'contains(typed.' ~ name ~ ', ' ~ character(0) ~ ')',
                'reason': name ~ ': NUL character',
            }) %}
            {% do reasons.append({
                'when': text_bytes('typed.' ~ name) ~ ' > ' ~ var('text_limit_characters'),
                'reason': name ~ ': text over the size limit',
            }) %}
        {% endif %}
        {% if column.data_type == 'instant' %}
            {% do reasons.append({
                'when': 'typed.' ~ name ~ " < timestamp '1990-01-01'",
                'reason': name ~ ': before 1990',
            }) %}
            {% do reasons.append({
                'when': '_' ~ name ~ '_is_nonexistent',
                'reason': name ~ ': local time that does not exist',
            }) %}
            {% if not column.planned %}
                {% do reasons.append({
                    'when': 'typed.' ~ name ~ ' > typed._extracted_at',
                    'reason': name ~ ': in the future of the extraction',
                }) %}
            {% endif %}
        {% endif %}
        {% if column.must_exist %}
            {% set parent = column.references[0] %}
            {% do reasons.append({
                'when': '(_' ~ parent ~ '_are_provided and typed.' ~ name ~ ' is not null and parent_' ~ parent ~ '.'
                    ~ entity_key(parent) ~ ' is null)',
                'reason': name ~ ': orphaned reference',
            }) %}
        {% endif %}
    {% endfor %}
    {{ return(reasons) }}
{% endmacro %}

{#- The noncharacter that dagster_project/sources puts in the place of a byte it cannot decode: U+FDD0. -#}
{% macro undecodable_marker() %}{{ return(64976) }}{% endmacro %}

{#- The reasons that hold, joined; NULL where none does. The texts are only put together for rows that do not fit. -#}
{% macro reasons_text(reasons) -%}
    case
        when
            {% for reason in reasons -%}
            {{ reason.when }}{{ ' or ' if not loop.last }}
            {% endfor -%}
            then concat_ws(
                '; '
                {%- for reason in reasons %},
                case when {{ reason.when }} then '{{ reason.reason }}' end
                {%- endfor %}
            )
    end
{%- endmacro %}
