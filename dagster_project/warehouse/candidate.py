"""The candidate: a new database file with what may be published, and nothing else.

What belongs here: copying the published schemas out of the build file. The copy is made table by table because only
that leaves the rest behind: a copied build file would carry personal data along, dropped tables included.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import duckdb

from dagster_project.quoting import identifier, literal
from dagster_project.transaction import transaction
from dagster_project.warehouse.build import NO_ROOM, connect, damaged, first_line
from dagster_project.warehouse.errors import PublishError
from dagster_project.warehouse.files import fsync, wal_of
from dagster_project.warehouse.relations import PUBLISHED_SCHEMAS, Relation, published_relations
from dagster_project.warehouse.versions import settle
from dagster_project.warehouse.workspace import Workspace

# Today's clients (DuckDB 1.5) cannot open the newer format.
STORAGE_VERSION = "v1.5.0"
# Sorting whole rows makes marts the same whatever the build's parallelism did. For ten million rows it would take
# three times as long as copying and undo the order that makes them compress and prune well.
SORTED_UP_TO_ROWS = 200_000

_CANDIDATE = "candidate"


def make_candidate(workspace: Workspace, run: str) -> Path:
    """Copy the tables and views of the published schemas into the run's hidden candidate file.

    Views become tables; table and column comments come along, keys and indexes do not. What killed runs left behind
    is swept first. Returns the file, closed, complete and on disk.

    Raises:
        BuildFileError: the build file cannot be read.
        PublishError: a version of this run is published already, or a write-ahead log was left.
        WorkspaceBusy: another run holds the workspace.
    """
    with workspace.lock(run):
        settle(workspace)
        if workspace.version_file(run).exists():
            raise PublishError(f"{workspace.version_file(run)}: this run is published already; start a new one")
        file = workspace.candidate_file(run)
        try:
            _copy(workspace, file)
            wal = wal_of(file)
            if wal.exists():
                raise PublishError(f"{wal}: left after the checkpoint, so the file beside it is incomplete; run again")
        except BaseException as error:
            file.unlink(missing_ok=True)
            wal_of(file).unlink(missing_ok=True)
            if isinstance(error, duckdb.Error):
                raise PublishError(f"{file}: cannot be written: {first_line(error)}") from None
            raise
        fsync(file)
        fsync(file.parent)
        return file


def _copy(workspace: Workspace, file: Path) -> None:
    connection = connect(workspace)
    try:
        build = workspace.build_file.stem
        # What is not sorted keeps the order of the build file.
        connection.execute("set preserve_insertion_order = true")
        connection.execute(f"attach {literal(str(file))} as {_CANDIDATE} (storage_version {literal(STORAGE_VERSION)})")
        try:
            for schema in PUBLISHED_SCHEMAS:
                connection.execute(f"create schema {_CANDIDATE}.{schema}")
            for relation in published_relations(connection, build):
                _copy_relation(workspace, connection, build, relation)
            connection.execute(f"checkpoint {_CANDIDATE}")
        except BaseException:
            # On a full disk this fails as well, and its words do not say why.
            with suppress(duckdb.Error):
                connection.execute(f"detach {_CANDIDATE}")
            raise
        connection.execute(f"detach {_CANDIDATE}")
    finally:
        connection.close()


def _copy_relation(workspace: Workspace, connection: duckdb.DuckDBPyConnection, build: str, relation: Relation) -> None:
    source, target = relation.within(build), relation.within(_CANDIDATE)
    try:
        counted = connection.execute(f"select count(*) from {source}").fetchone()
        order = "order by all" if counted and counted[0] <= SORTED_UP_TO_ROWS else ""
        comments = [f"comment on table {target} is {literal(relation.comment)}"] if relation.comment else []
        comments += [
            f"comment on column {target}.{identifier(column.name)} is {literal(column.comment)}"
            for column in relation.columns
            if column.comment
        ]
        # Together, for each of a thousand comments would be written to the log by itself: half a second.
        with transaction(connection):
            for statement in [f"create table {target} as select * from {source} {order}", *comments]:
                connection.execute(statement)
    except duckdb.Error as error:
        if NO_ROOM in str(error):
            raise
        raise damaged(workspace, error, f"{relation} cannot be copied") from None
