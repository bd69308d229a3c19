"""What a build may keep of the one before: the fingerprint of a complete build, and the plan of the next one.

What belongs here: whether a build is incremental at all, and which landed batches are new to it. Which rows those
affect is worked out in SQL: macros/increment and the lists models/intermediate/int_*_affected.sql in dbt_project.

Only a complete build leaves its fingerprint; planning a build takes it away. Whatever ends a build early, the next one
therefore begins from the landing zone, in full.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import duckdb

from dagster_project.config import Settings
from dagster_project.inputs import rules_sha256
from dagster_project.landing import Part
from dagster_project.transaction import transaction
from dagster_project.warehouse import Workspace, connect

SCHEMA = "increment"
# What dbt writes down of the list of affected tickets: how many they are, and whether replacing their rows pays.
TICKETS = "size_of_int_tickets_affected"
# Settings that may change from night to night without changing what was computed before.
_OF_NO_CONSEQUENCE = ("as_of", "max_quarantined_rate")
_EXISTS = "select 1 from duckdb_columns() where schema_name = ? and table_name = ? and column_name = ?"


class Landed(NamedTuple):
    """A part in force, as a build read it: an erasure or a retention that takes rows out of it changes its digest."""

    source: str
    stream: str
    load_id: str
    file: str
    digest: str


class Affected(NamedTuple):
    """How much a build worked out again: `tickets` is None where that was all of them.

    `full_build` names the full build whose rows it kept, or itself: since that one, no rows were taken out of a part.
    """

    is_incremental: bool
    tickets: int | None
    full_build: str


class _Built(NamedTuple):
    """What a complete build leaves."""

    fingerprint: str
    parts: list[Landed]
    full_build: str


def landed_parts(streams: Mapping[tuple[str, str], Sequence[Part]]) -> list[Landed]:
    """List the parts in force, with all that a build depends on."""
    return [
        Landed(
            source,
            stream,
            part.load_id,
            part.file,
            hashlib.sha256(repr((part.sha256, part.erased, part.expired, sorted(part.facts))).encode()).hexdigest(),
        )
        for (source, stream), parts in streams.items()
        for part in parts
    ]


def plan(connection: duckdb.DuckDBPyConnection, settings: Settings, parts: Sequence[Landed]) -> bool:
    """Decide whether what is built can be kept, and write down for dbt what is new and gone.

    Args:
        connection: of the build file; the fingerprint of the build before is taken out of it.
        settings: of the configuration in force.
        parts: the landed parts that the build will read.

    Returns:
        Whether the build is incremental. It is not where there is no complete build before, its fingerprint is
        another, or rows were taken out of a part.
    """
    now = rules_sha256(settings, but=_OF_NO_CONSEQUENCE)
    before = _complete_build(connection)
    known = {part[:4]: part.digest for part in before.parts} if before else {}
    rewritten = any(known.get(part[:4], part.digest) != part.digest for part in parts)
    is_incremental = before is not None and before.fingerprint == now and not rewritten
    full_build = before.full_build if before and is_incremental else uuid.uuid4().hex
    forget(connection)
    connection.execute(f"create schema {SCHEMA}")
    connection.execute(
        f"create table {SCHEMA}.plan as select ? as fingerprint, ?::boolean as is_incremental, "
        "null::timestamp as as_of_before, ? as full_build",
        [now, is_incremental, full_build],
    )
    connection.execute(
        f"create table {SCHEMA}.part (source varchar, stream varchar, load_id varchar, file varchar, digest varchar, "
        "is_new boolean, is_gone boolean)"
    )
    gone = [part for part in before.parts if part[:4] not in {it[:4] for it in parts}] if before else []
    rows = [*((*part, part[:4] not in known, False) for part in parts), *((*part, False, True) for part in gone)]
    if rows:
        connection.executemany(f"insert into {SCHEMA}.part values (?, ?, ?, ?, ?, ?, ?)", rows)
    if is_incremental:
        connection.execute(f"update {SCHEMA}.plan set as_of_before = (select as_of from intermediate.int_as_of)")
    return is_incremental


def is_incremental(workspace: Workspace) -> bool:
    """Whether the build that is under way keeps rows of the one before; one that nobody planned does not."""
    connection = connect(workspace)
    try:
        planned = connection.execute(_EXISTS, [SCHEMA, "plan", "is_incremental"]).fetchone()
        found = connection.execute(f"select is_incremental from {SCHEMA}.plan").fetchone() if planned else None
    finally:
        connection.close()
    return bool(found and found[0])


def complete(connection: duckdb.DuckDBPyConnection) -> Affected:
    """Write the fingerprint of the build that was planned, now that all its layers are built.

    What else the build wrote down for itself is removed: it holds rows with personal data.
    """
    row = connection.execute(f"select is_incremental, fingerprint, full_build from {SCHEMA}.plan").fetchone()
    assert row is not None
    is_incremental, built, full_build = row
    counted = is_incremental and connection.execute(_EXISTS, [SCHEMA, TICKETS, "pays"]).fetchone()
    found = connection.execute(f"select affected from {SCHEMA}.{TICKETS} where pays").fetchone() if counted else None
    parts = connection.execute(
        f"select source, stream, load_id, file, digest from {SCHEMA}.part where not is_gone"
    ).fetchall()
    with transaction(connection):
        forget(connection)
        connection.execute(f"create schema {SCHEMA}")
        connection.execute(
            f"create table {SCHEMA}.built as select ? as fingerprint, ? as parts, ? as full_build",
            [built, json.dumps(parts), full_build],
        )
    return Affected(is_incremental, found[0] if found else None, full_build)


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget the complete build, so that the next one is full."""
    connection.execute(f"drop schema if exists {SCHEMA} cascade")


def _complete_build(connection: duckdb.DuckDBPyConnection) -> _Built | None:
    if not connection.execute(_EXISTS, [SCHEMA, "built", "full_build"]).fetchone():
        return None
    row = connection.execute(f"select fingerprint, parts, full_build from {SCHEMA}.built").fetchone()
    return _Built(row[0], [Landed(*part) for part in json.loads(row[1])], row[2]) if row else None
