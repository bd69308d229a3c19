{#-
    The versions of an entity that its loads tell of, each with the span of time in which it held: the rows that staging
    accepted or superseded. A version holds from its own version column on, else from the extraction that first showed
    it; the first one also before that, for want of anything better. Versions that differ in none of `columns` are one.

    typed: the typed model; key: its key; version: the contract's version column, where there is one
-#}
{% macro versions(typed, key, columns, version=none) %}
with rows_in_order as (
    select
        {{ key }},
        {{ columns | join(',\n        ') }},
        {{ 'coalesce(' ~ version ~ ', _extracted_at)' if version else '_extracted_at' }} as known_from,
        row_number() over (
            partition by {{ key }}
            order by
                case when _outcome = 'accepted' then 1 else 0 end,
                {{ version ~ ' nulls first,' if version }} _extracted_at, _file, _position, _mapping, _load_id
        ) as version_number
    from {{ typed }}
    where _outcome in ('accepted', 'superseded')
),

changes as (
    select
        *,
        lag(version_number) over (partition by {{ key }} order by version_number) is null as is_first
    from rows_in_order
    qualify
        is_first
        {% for column in columns %}
        or {{ column }} is distinct from lag({{ column }}) over (partition by {{ key }} order by version_number)
        {% endfor %}
),

spans as (
    select
        *,
        case when is_first then timestamp '1900-01-01 00:00:00' else known_from end as valid_from,
        coalesce(
            lead(known_from) over (partition by {{ key }} order by version_number),
            timestamp '9999-12-31 00:00:00'
        ) as valid_to
    from changes
)

select
    {{ key }},
    {{ columns | join(',\n    ') }},
    valid_from,
    valid_to
from spans
where valid_from < valid_to
{% endmacro %}
