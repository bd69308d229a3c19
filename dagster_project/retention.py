"""Retention: landed rows go once they are older than careloop.yml lets an entity's rows become, and are counted.

How old a row is, is judged against the data: the as-of instant of the version published last, or the newest instant in
it where that is earlier, never the clock. So a row that falls out tonight is last seen in tonight's version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date
from pathlib import Path

import duckdb

from dagster_project.config import Settings
from dagster_project.contract import ENTITIES, Entity
from dagster_project.landing import Batch, LandingZone
from dagster_project.manifest import ErasedRows, LandedFile
from dagster_project.quoting import literal
from dagster_project.raw import create_raw_views
from dagster_project.rewriting import PLACE, Rewriting
from dagster_project.sources.engine import reading_engine
from dagster_project.warehouse import Workspace, current, keep_to_folders

_THREADS = 2


def remove_expired(settings: Settings, workspace: Workspace) -> Counter[str]:
    """Take rows out of the landing zone that are older than `retention` says, and what must refer to them.

    Call it with the run lock held. Killed half-way, it does the rest when it is called again.

    Returns:
        Rows taken out, by entity; none before anything was published.

    Raises:
        LandingError: a manifest cannot be read, or a batch's rows cannot be told apart.
        MappingError: a mapping does not fit to what is landed.
    """
    as_of = _as_of(workspace) if settings.retention else None
    if as_of is None:
        return Counter()
    zone = LandingZone(workspace.landing)
    streams = [(source.name, stream) for source in settings.sources for stream in source.streams]
    for source, stream in streams:
        zone.settle(source, stream)
    parts = {(source, stream): zone.parts(source, stream) for source, stream in streams}
    in_force = {part.path for some in parts.values() for part in some}
    removed: Counter[str] = Counter()
    connection = reading_engine(workspace.tmp, memory_limit=workspace.memory_limit, threads=_THREADS)
    keep_to_folders(connection, workspace.folder)
    try:
        create_raw_views(connection, settings, parts)
        _find_places(connection, {entity: as_of - kept for entity, kept in settings.retention.items()})
        for source, stream in streams:
            for batch in zone.batches(source, stream):
                removed += _remove(Rewriting(connection, zone, batch, settings), batch, in_force)
    finally:
        connection.close()
    return removed


def _as_of(workspace: Workspace) -> date | None:
    version = current(workspace)
    if version is None:
        return None
    with duckdb.connect(str(version.file), read_only=True) as connection:
        found = connection.execute(
            "select least(max(as_of), max(newest_at))::date from quality.source_freshness"
        ).fetchone()
    return found[0] if found else None


def _find_places(connection: duckdb.DuckDBPyConnection, kept_from: dict[str, date]) -> None:
    """Create the table `place` of the landed rows from before each entity's first day that is kept."""
    selects = []
    for name, first_day in kept_from.items():
        entity = ENTITIES[name]
        # Instants in ISO 8601 begin with their date; what does not is quarantined, and stays.
        is_old = f"try_cast(left(trim({entity.happens_at}), 10) as date) < date {literal(first_day.isoformat())}"
        selects.append(f"select {PLACE} from raw.{name} where {is_old}")
        selects += [
            f"select {PLACE} from raw.{child.name} where (_{name}_source, trim({column})) in "
            f"(select _source, trim({entity.key[0]}) from raw.{name} where {is_old})"
            for child, column in _dependents(entity)
        ]
    connection.execute(f"create or replace temp table place as {' union '.join(selects)}")


def _remove(rewriting: Rewriting, batch: Batch, in_force: Collection[Path]) -> Counter[str]:
    removed: Counter[str] = Counter()
    for landed in batch.manifest.files:
        if batch.folder / landed.part in in_force and rewriting.has_place_in(landed):
            old = Counter(
                {
                    entity: rewriting.count(f"raw.{entity}", rewriting.rows_of(entity, landed))
                    for entity in rewriting.mappings
                }
            )
            rewriting.describe(
                landed,
                rows=rewriting.keep_rest(landed.part),
                erased={entity: _left(rewriting, landed, entity, it) for entity, it in landed.erased.items()},
                expired=dict(Counter(landed.expired) + old),
            )
            removed += old
    rewriting.commit()
    return removed


def _left(rewriting: Rewriting, landed: LandedFile, entity: str, erased: ErasedRows) -> ErasedRows:
    """Take what is old out of the facts about erased people, too."""
    if not erased.facts:
        return erased
    facts = rewriting.keep_rest(landed.facts_file(entity))
    return ErasedRows(rows=erased.rows - (erased.facts - facts), facts=facts)


def _dependents(entity: Entity) -> list[tuple[Entity, str]]:
    """Give the entities whose rows are orphans without this one, with the column that refers to it."""
    return [
        (child, column.name)
        for child in ENTITIES.values()
        for column in child.columns.values()
        if column.must_exist and entity.name in column.references
    ]
