{#-
    Every row of raw.<entity>, typed and judged; the body of models/staging/<entity>/typed_<entity>.sql.

    One row comes out for every row that goes in. `_outcome` says what became of it:
        accepted      it fits, and it is the newest version of its key
        superseded    it fits, and a newer version of its key is there
        duplicate     an exact copy of another row
        quarantined   it does not fit; `_reasons` says why, `_row` keeps its values as they came
    Newer is the contract's version column, then the extraction instant, then the content: the order in which batches
    arrived changes nothing.

    parents: for each entity that must hold what this one refers to, its typed model.
    rules:   further reasons as {when, reason}, over the typed columns and those of `parent_<entity>`.
-#}
{% macro typed_rows(entity, parents={}, rules=[]) %}
{% if not execute %}
select * from {{ source('raw', entity) }}
{% else %}
{% set columns = contract_columns(entity) %}
{% set key = entity_key(entity) %}
{% set version = contract_meta(entity, 'version') %}
{% set newest_first = (version ~ ' desc nulls last, ' if version else '')
    ~ '_extracted_at desc, _content_hash desc, _file, _position, _mapping, _load_id' %}
{% set reasons = misfit_reasons(columns) + rules %}

with keyed as {{ not_materialized() }} (
    select
        *,
        {{ own_key(entity) }} as {{ key }}
    from {{ source('raw', entity) }}
),

{#- By a number instead of the text; a key that merely shares another's number is ranked alone, and accepted. -#}
repeated_keys as (
    select {{ short_hash([key]) }} as _key_hash
    from keyed
    group by {{ short_hash([key]) }}
    having count(*) > 1
),

trimmed as {{ not_materialized() }} (
    select
        keyed.* except ({{ columns | map(attribute='name') | join(', ') }}),
        {% for column in columns %}
        nullif({{ trimmed('keyed.' ~ column.name) }}, '') as {{ column.name }},
        {% endfor %}
        repeated_keys._key_hash is not null as _is_repeated
    from keyed
    left join repeated_keys on {{ short_hash(['keyed.' ~ key]) }} = repeated_keys._key_hash
),

{{ instant_steps(columns | selectattr('data_type', 'equalto', 'instant') | map(attribute='name') | list) }},

{{ pseudonym_steps(entity, columns) }}
typed as {{ not_materialized() }} (
    select
        {{ lineage_columns() }},
        _is_repeated,
        {{ typing_expressions(entity, columns) }}
    from earlier_times
    {{ join_pseudonyms('earlier_times', columns) }}
),

judged as {{ not_materialized() }} (
    select
        typed.*,
        {{ reasons_text(reasons) }} as _reasons
    from typed
    {% for column in columns if column.must_exist %}
        {% set parent = column.references[0] %}
    left join {{ parents[parent] }} as parent_{{ parent }}
        on
            typed.{{ reference_key(column, parent) }} = parent_{{ parent }}.{{ entity_key(parent) }}
            and parent_{{ parent }}._outcome = 'accepted'
    {% endfor %}
),

ranked as (
    select
        *,
        row_number() over (
            partition by {{ key }}, _reasons is null
            order by {{ newest_first }}
        ) as _version_rank,
        row_number() over (
            partition by {{ key }}, _reasons is null, _content_hash
            order by {{ newest_first }}
        ) as _copy_rank
    from (
        select
            *,
            {{ content_hash(columns) }} as _content_hash
        from judged
        where _is_repeated
    ) as hashed
)

select
    {{ typed_columns(entity, columns) }},
    case when _reasons is null then 'accepted' else 'quarantined' end as _outcome
from judged
where not _is_repeated

union all

select
    {{ typed_columns(entity, columns) }},
    case
        when _reasons is not null then 'quarantined'
        when _version_rank = 1 then 'accepted'
        when _copy_rank > 1 then 'duplicate'
        else 'superseded'
    end as _outcome
from ranked
{% endif %}
{% endmacro %}
