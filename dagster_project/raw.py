"""The views `raw.<entity>`: landed parts seen through the mappings.

The landing zone keeps a source's own columns; what they mean is decided here, each time a run begins, so that a
mended mapping is replayed over everything that was ever landed. Typing and judging rows is the business of staging.

What is rendered here is DuckDB's SQL; dagster_project/spark/raw.py has it translated.
"""

from __future__ import annotations

import glob
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from dagster_project.config import Settings, Source
from dagster_project.contract import ENTITIES, Entity
from dagster_project.landing import LINEAGE, Part
from dagster_project.manifest import ErasedRows
from dagster_project.mapping import MappingError, check_stream, source_columns
from dagster_project.quoting import identifier, literal
from dagster_project.source_config.mapping import EntityMapping, InstantColumn, MappedValue

ACCOUNT_TABLES = {
    "loads": "One row per landed file in force, with its counted rows and rejected lines.",
    "provided_entities": "One row per mapping from a stream of a source to an entity.",
    "removed": "One row per load and entity, with the rows of erased people, how many stay as facts, and old rows.",
    "not_selected": "One row per load and mapping, with the rows that its `where` leaves out.",
}

NOTHING_NOT_SELECTED = (
    "select null::varchar as source, null::varchar as entity, null::integer as mapping, "
    "null::varchar as load_id, null::bigint as row_count where false"
)

Streams = Mapping[tuple[str, str], Sequence[Part]]
"""(source, stream) → its parts in force."""


def create_raw_views(connection: duckdb.DuckDBPyConnection, settings: Settings, streams: Streams) -> list[str]:
    """Create schema `raw` anew: one view an entity, `raw.loads`, `raw.provided_entities` and `raw.not_selected`.

    Returns:
        Warnings: files that lack a column which others of their stream have, so that it is NULL for their rows.

    Raises:
        MappingError: a mapped column is in no file, or an expression does not run on the landed columns.
    """
    connection.execute("create schema if not exists raw")
    warnings: list[str] = []
    not_selected: list[str] = []
    for entity in ENTITIES.values():
        selects = []
        facts: dict[Path, None] = {}
        for source in settings.sources:
            for index, mapping in enumerate(source.entities.get(entity.name, [])):
                parts = streams[source.name, mapping.from_]
                where = f"source {source.name}, entity {entity.name}, from {mapping.from_}"
                warnings += check_stream(mapping, parts, where=where)
                landed = parquet(part.path for part in parts)
                select = mapped_rows(settings, source, entity, index, landed)
                _try(connection, select, where)
                selects.append(select)
                facts.update({part.facts[entity.name]: None for part in parts if entity.name in part.facts})
                if mapping.where:
                    not_selected.append(count_not_selected(source, entity, index, landed))
        if facts:
            selects.append(f"from {parquet(facts)}")
        body = "\nunion all by name\n".join([no_rows(entity), *selects])
        connection.execute(f"create or replace view raw.{entity.name} as\n{body}")
    _create_accounts(connection, settings, streams, not_selected)
    return warnings


def parquet(paths: Iterable[Path]) -> str:
    """Write a relation over Parquet files, whose columns may differ."""
    return f"read_parquet([{', '.join(literal(glob.escape(str(path))) for path in paths)}], union_by_name = true)"


def _rows(source: Source, mapping: EntityMapping, landed: str) -> str:
    """Render the landed rows with the file set's null values taken out of every column that the mapping reads."""
    values = [*mapping.columns.values(), *([mapping.where] if mapping.where else [])]
    names = list(dict.fromkeys(name for value in values for name in source_columns(value, where=source.name)))
    nulls = ", ".join(literal(value) for value in source.streams[mapping.from_].null_values)
    cleaned = [
        f"case when {identifier(name)} not in ({nulls}) then {identifier(name)} end as {identifier(name)}"
        if nulls
        else identifier(name)
        for name in names
    ]
    return f"(select {', '.join([*LINEAGE, *cleaned])} from {landed})"


def mapped_rows(settings: Settings, source: Source, entity: Entity, index: int, landed: str) -> str:
    """Write the rows of an entity that its mapping number `index` makes of a relation over a landed stream."""
    mapping = source.entities[entity.name][index]
    lines = [*LINEAGE, f"{index} as _mapping", f"{literal(source.time_zone)} as _time_zone"]
    for parent in entity.referenced:
        owner = source.references.get(parent, source.name)
        provided = any(each.name == owner and parent in each.entities for each in settings.sources)
        lines.append(f"{literal(owner)} as _{parent}_source")
        lines.append(f"{str(provided).lower()} as _{parent}_are_provided")
    for column in entity.columns:
        lines.append(f"cast({_value(mapping.columns.get(column))} as varchar) as {column}")
    condition = f"\nwhere ({mapping.where.sql}) is true" if mapping.where else ""
    return f"select {', '.join(lines)}\nfrom {_rows(source, mapping, landed)}{condition}"


def _value(value: MappedValue | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return identifier(value)
    if isinstance(value, InstantColumn):
        text = identifier(value.column)
        # With an offset in its format it is an instant, and bears +00; what does not match is staging's to judge.
        return f"coalesce(cast(try_strptime({text}, {literal(value.format)}) as varchar), {text})"
    return f"({value.sql})"


def count_not_selected(source: Source, entity: Entity, index: int, landed: str) -> str:
    """Count, per load, the rows of a landed stream that a mapping's `where` leaves out."""
    mapping = source.entities[entity.name][index]
    assert mapping.where is not None
    return (
        f"select _source as source, {literal(entity.name)} as entity, {index} as mapping, _load_id as load_id, "
        f"count(*) as row_count from {_rows(source, mapping, landed)} "
        f"where ({mapping.where.sql}) is not true group by all"
    )


def no_rows(entity: Entity) -> str:
    """Write a relation with the columns of `raw.<entity>` and no rows."""
    texts = ["_source", "_load_id", "_file", "_time_zone", *(f"_{parent}_source" for parent in entity.referenced)]
    lines = [f"null::varchar as {name}" for name in [*texts, *entity.columns]]
    lines += ["null::timestamp as _extracted_at", "null::bigint as _position", "null::integer as _mapping"]
    lines += [f"null::boolean as _{parent}_are_provided" for parent in entity.referenced]
    return f"select {', '.join(lines)} where false"


def _try(connection: duckdb.DuckDBPyConnection, select: str, where: str) -> None:
    try:
        plans = connection.execute(f"explain (format json) {select}").fetchall()
    except duckdb.Error as error:
        raise MappingError(f"{where}: an expression cannot be used: {str(error).splitlines()[0]}") from None
    if any('"name": "UNNEST"' in plan for _, plan in plans):
        raise MappingError(
            f"{where}: an expression makes several rows of one, as unnest does; "
            "map the entity several times, once for each of its rows"
        )


def _create_accounts(
    connection: duckdb.DuckDBPyConnection, settings: Settings, streams: Streams, not_selected: list[str]
) -> None:
    """Write down what the manifests say was landed and what is mapped from it, for quality.row_account to compare."""
    for name, (columns, rows) in accounts(settings, streams).items():
        connection.execute(f"create or replace table raw.{name} ({columns})")
        if rows:
            connection.executemany(f"insert into raw.{name} values ({', '.join('?' * len(rows[0]))})", rows)
    body = "\nunion all by name\n".join([NOTHING_NOT_SELECTED, *not_selected])
    connection.execute(f"create or replace view raw.not_selected as\n{body}")


def accounts(settings: Settings, streams: Streams) -> dict[str, tuple[str, list[tuple[object, ...]]]]:
    """Return the tables of what the manifests say: name → columns with their types, and rows."""
    nobody = ErasedRows(rows=0, facts=0)
    loads: list[tuple[object, ...]] = [
        (source, stream, part.load_id, part.file, part.rows, part.rejected)
        for (source, stream), parts in streams.items()
        for part in parts
    ]
    removed: list[tuple[object, ...]] = [
        (source.name, entity, part.load_id, erased.rows, erased.facts, part.expired.get(entity, 0))
        for source in settings.sources
        for stream in source.streams
        for part in streams[source.name, stream]
        for entity in part.erased.keys() | part.expired.keys()
        for erased in [part.erased.get(entity, nobody)]
        if any(mapping.from_ == stream for mapping in source.entities.get(entity, ()))
    ]
    provided: list[tuple[object, ...]] = [
        (source.name, entity, index, mapping.from_)
        for source in settings.sources
        for entity, mappings in source.entities.items()
        for index, mapping in enumerate(mappings)
    ]
    return {
        "loads": (
            "source string, stream string, load_id string, file string, row_count bigint, reject_count bigint",
            loads,
        ),
        "removed": (
            "source string, entity string, load_id string, erased_rows bigint, fact_rows bigint, expired_rows bigint",
            removed,
        ),
        "provided_entities": ("source string, entity string, mapping integer, stream string", provided),
    }
