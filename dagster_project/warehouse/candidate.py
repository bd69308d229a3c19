"""The candidate: a new database file with what may be published, and nothing else.

What belongs here: filling it from the published schemas of the build file, table by table, because only that leaves the
rest behind: a copied build file would carry personal data along, dropped tables included. A version never held any, so
a build that kept rows of the one before begins with a copy of that one's version, and writes what differs.

Dropped tables and deleted rows stay in the free blocks of such a copy. None may be of a person who was erased, or older
than rows are kept: what takes rows out of the landing zone makes the next build full, and whatever goes back to another
full build than the version before is written from nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import duckdb

from dagster_project.quoting import literal
from dagster_project.warehouse.build import NO_ROOM, connect, damaged, first_line
from dagster_project.warehouse.errors import PublishError
from dagster_project.warehouse.files import fsync, sha256, wal_of
from dagster_project.warehouse.records import TableFigures
from dagster_project.warehouse.relations import PUBLISHED_SCHEMAS, Relation, figures_of, published_relations
from dagster_project.warehouse.tables import bring_table, drop_outdated
from dagster_project.warehouse.versions import Version, current, settle
from dagster_project.warehouse.workspace import Workspace

# Today's clients (DuckDB 1.5) cannot open the newer format.
STORAGE_VERSION = "v1.5.0"

# A share of the file. DuckDB writes into free blocks, but a night that changes much leaves more than the next ones
# fill.
MOST_FREE = 0.3

_CANDIDATE = "candidate"


@dataclass(frozen=True)
class Candidate:
    """A file that may become a version: closed, complete and on disk.

    `built` are the figures of the build's tables, which it is to hold; `full_build` see `AuditRecord`.
    """

    file: Path
    built: tuple[TableFigures, ...]
    full_build: str | None


def make_candidate(workspace: Workspace, run: str, *, full_build: str | None = None) -> Candidate:
    """Bring the tables and views of the published schemas into the run's hidden candidate file.

    Views become tables; table and column comments come along, keys and indexes do not. What killed runs left behind
    is swept first.

    Args:
        workspace: where the build file lies.
        run: the run's name.
        full_build: the full build that the build goes back to, where it is known. If the current version does so as
            well, what it has in common with the build is taken from there.

    Raises:
        BuildFileError: the build file cannot be read.
        PublishError: a version of this run is published already, the file cannot be written, or a write-ahead log was
            left.
        WorkspaceBusy: another run holds the workspace.
    """
    with workspace.lock(run):
        settle(workspace)
        if workspace.version_file(run).exists():
            raise PublishError(f"{workspace.version_file(run)}: this run is published already; start a new one")
        file = workspace.candidate_file(run)
        try:
            built = _write(workspace, file, _version_to_begin_with(workspace, full_build))
            wal = wal_of(file)
            if wal.exists():
                raise PublishError(f"{wal}: left after the checkpoint, so the file beside it is incomplete; run again")
            fsync(file)
            fsync(file.parent)
        except BaseException as error:
            _remove(file)
            if isinstance(error, duckdb.Error):
                raise PublishError(f"{file}: cannot be written: {first_line(error)}") from None
            if isinstance(error, OSError):
                raise PublishError(f"{file}: cannot be written: {error.strerror}") from None
            raise
        return Candidate(file, built, full_build)


def _version_to_begin_with(workspace: Workspace, full_build: str | None) -> Version | None:
    before = current(workspace)
    if before is None or full_build is None:
        return None
    # Checksums are comparable within one version of DuckDB.
    known = (before.record.full_build, before.record.duckdb_version)
    return before if known == (full_build, duckdb.__version__) else None


def _write(workspace: Workspace, file: Path, before: Version | None) -> tuple[TableFigures, ...]:
    connection = connect(workspace)
    try:
        # What is not sorted keeps the order of the build file.
        connection.execute("set preserve_insertion_order = true")
        built = _figures_of_build(workspace, connection)
        if before is None or not _renew(workspace, connection, file, before, built):
            _fill(workspace, connection, file, built)
    finally:
        connection.close()
    return tuple(built.values())


def _figures_of_build(workspace: Workspace, connection: duckdb.DuckDBPyConnection) -> dict[Relation, TableFigures]:
    database, built = workspace.build_file.stem, {}
    for relation in published_relations(connection, database):
        try:
            built[relation] = figures_of(connection, database, relation)
        except duckdb.Error as error:
            raise damaged(workspace, error, f"{relation} cannot be read") from None
    return built


def _renew(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    before: Version,
    built: Mapping[Relation, TableFigures],
) -> bool:
    """Fill the candidate, beginning with a version's file.

    Returns:
        False, and no file, where that is not what was published, or much of it would be free blocks.
    """
    shutil.copyfile(before.file, file)
    known = {figures.table: figures for figures in before.record.tables}
    if sha256(file) == before.record.sha256 and _fill(workspace, connection, file, built, known) <= MOST_FREE:
        return True
    _remove(file)
    return False


def _fill(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    built: Mapping[Relation, TableFigures],
    before: Mapping[str, TableFigures] = MappingProxyType({}),
) -> float:
    """Make a file hold what is built; returns the share of its blocks that are free.

    `before` are the figures of the tables that it holds already.
    """
    build = workspace.build_file.stem
    connection.execute(f"attach {literal(str(file))} as {_CANDIDATE} (storage_version {literal(STORAGE_VERSION)})")
    try:
        for schema in PUBLISHED_SCHEMAS:
            connection.execute(f"create schema if not exists {_CANDIDATE}.{schema}")
        kept = drop_outdated(connection, _CANDIDATE, built, before)
        for relation, figures in built.items():
            present = kept.get(relation)
            known = before[str(relation)] if present else None
            try:
                bring_table(connection, relation, present, source=build, target=_CANDIDATE, before=known, after=figures)
            except duckdb.Error as error:
                if NO_ROOM in str(error):
                    raise
                raise damaged(workspace, error, f"{relation} cannot be copied") from None
        connection.execute(f"checkpoint {_CANDIDATE}")
        blocks = connection.execute(
            f"select free_blocks, total_blocks from pragma_database_size() where database_name = {literal(_CANDIDATE)}"
        ).fetchone()
    except BaseException:
        # On a full disk this fails as well, and its words do not say why.
        with suppress(duckdb.Error):
            connection.execute(f"detach {_CANDIDATE}")
        raise
    connection.execute(f"detach {_CANDIDATE}")
    assert blocks is not None  # it is attached
    return float(blocks[0] / max(blocks[1], 1))


def _remove(file: Path) -> None:
    file.unlink(missing_ok=True)
    wal_of(file).unlink(missing_ok=True)
