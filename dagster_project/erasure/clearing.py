"""Clearing batches of erased people: those that are there when somebody is erased, and each that is landed later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from dagster_project.config import Settings
from dagster_project.erasure.people import find_people, find_places
from dagster_project.erasure.records import read_erasures
from dagster_project.erasure.removal import find_identifying_texts, remove_people
from dagster_project.landing import Batch, LandingZone, Part
from dagster_project.pseudonyms import pseudonym_key
from dagster_project.raw import create_raw_views, parquet
from dagster_project.rewriting import Rewriting
from dagster_project.sources.engine import reading_engine
from dagster_project.warehouse import Workspace, keep_to_folders

_THREADS = 2


def clear_new_batches(settings: Settings, workspace: Workspace) -> Counter[str]:
    """Take erased people out of every batch that was not cleared of them yet; nothing is done where nobody was erased.

    Call it with the run lock held. Killed half-way, it does the rest when it is called again.

    Returns:
        Rows taken out, by entity.

    Raises:
        ErasureError: the list of erasures cannot be used.
        MappingError: a mapping does not fit to what is landed, so that people's rows cannot be told.
        LandingError: a manifest cannot be read, or a batch's rows cannot be told apart.
    """
    key = pseudonym_key(settings)
    erasures = read_erasures(workspace, key)
    if not erasures.erased:
        return Counter()
    zone = LandingZone(workspace.landing)
    streams = [(source.name, stream) for source in settings.sources for stream in source.streams]
    for source, stream in streams:
        zone.settle(source, stream)
    batches = {_name(batch): batch for source, stream in streams for batch in zone.batches(source, stream)}
    new = [batch for name, batch in batches.items() if name not in erasures.cleared]
    taken_out: Counter[str] = Counter()
    if new:
        parts = {(source, stream): zone.parts(source, stream) for source, stream in streams}
        everything = [part for some in parts.values() for part in some]
        connection = reading_engine(workspace.tmp, memory_limit=workspace.memory_limit, threads=_THREADS)
        keep_to_folders(connection, workspace.folder)
        try:
            without_facts = {stream: [replace(part, facts={}) for part in some] for stream, some in parts.items()}
            create_raw_views(connection, settings, without_facts)
            find_people(connection, key, erasures.digests, [batch.load_id for batch in new])
            find_places(connection, _facts(everything), erasures.digests)
            find_identifying_texts(connection)
            in_force = {part.path for part in everything}
            for batch in new:
                taken_out += remove_people(Rewriting(connection, zone, batch, settings), batch, in_force)
        finally:
            connection.close()
        erasures.model_copy(update={"cleared": tuple(sorted(batches))}).write(workspace)
    return taken_out


def _name(batch: Batch) -> str:
    return f"{batch.manifest.source}/{batch.manifest.stream}/{batch.load_id}"


def _facts(parts: Iterable[Part]) -> dict[str, str]:
    files: dict[str, list[Path]] = {}
    for part in parts:
        for entity, file in part.facts.items():
            files.setdefault(entity, []).append(file)
    return {entity: parquet(paths) for entity, paths in files.items()}
