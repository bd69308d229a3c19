"""The tables a person reads: what a run published, the state of a workspace, what is quarantined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.table import Table

from dagster_project.contract import ENTITIES
from dagster_project.health import Health
from dagster_project.warehouse import RunRecord, Workspace, connect, current, versions
from dagster_project.warehouse.runs import read_run_records

_ROWS = """
    select
        source, entity, sum(extracted_rows)::bigint, sum(accepted_rows)::bigint, sum(quarantined_rows)::bigint,
        sum(superseded_rows)::bigint, sum(duplicate_rows)::bigint, sum(rejected_lines)::bigint
    from quality.row_account
    group by all
    order by all
"""
_GATES = """
    select
        gate, count(*) filter (where outcome = 'passed'), count(*) filter (where outcome <> 'passed')
    from quality.gate_result
    where run_id = ?
    group by gate
    order by gate
"""
_WARNINGS = """
    select layer || '.' || table_name, check_name, observed, allowed
    from quality.gate_result
    where run_id = ? and outcome <> 'passed'
    order by all
"""
_FRESHNESS = "select source, entity, newest_at, round(days_behind, 1) from quality.source_freshness order by all"
_REASONS = """
    select entity, source, reasons, count(*) as rows, min(file || ' at ' || position) as example
    from quality.quarantine
    group by all
    order by rows desc, entity, source, reasons
    limit ?
"""


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    """Make a table; numbers stand right and are grouped by thousands."""
    made = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE, padding=(0, 1, 0, 0))
    for index, column in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[index], int | float | None) for row in rows)
        made.add_column(column, justify="right" if numeric else "left", overflow="fold", min_width=min(len(column), 10))
    for row in rows:
        made.add_row(*(_shown(value) for value in row))
    return made


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def published(workspace: Workspace) -> RenderableType:
    """Describe the run that published the current version: rows, gates, stages, and where things are.

    Where a later run found nothing new, that is said above.
    """
    version = current(workspace)
    if version is None:
        return "nothing is published yet; `careloop run` publishes"
    record = RunRecord.model_validate_json(workspace.run_file(version.run).read_bytes())
    with duckdb.connect(str(workspace.database_link), read_only=True) as connection:
        rows = connection.execute(_ROWS).fetchall()
        gates = connection.execute(_GATES, [version.run]).fetchall()
    columns = ("source", "entity", "extracted", "accepted", "quarantined", "superseded", "duplicate", "unparsed")
    places = [
        ("version", version.run),
        ("built", _built_how(record)),
        ("as of (UTC)", f"{record.as_of:%Y-%m-%d %H:%M:%S}" if record.as_of else ""),
        ("warehouse", str(workspace.database_link)),
        ("exports", str(workspace.export_link)),
        ("report", str(workspace.report_link / "index.html")),
    ]
    latest = read_run_records(workspace)[-1]
    unchanged = (
        [f"Nothing has changed since version {version.run}: run {latest.run} published nothing new.\n"]
        if latest.status == "unchanged"
        else []
    )
    return Group(
        *unchanged,
        table("Rows", columns, rows),
        table("Gates", ("gate", "passed", "warned"), gates),
        table("Stages", ("stage", "seconds"), [*record.stage_seconds.items()]),
        table("Published", ("what", "where"), places),
    )


def _built_how(record: RunRecord) -> str:
    if record.build != "incremental":
        return "in full"
    tickets = "all" if record.tickets_affected is None else f"{record.tickets_affected:,}"
    return f"incrementally: {tickets} tickets worked out again"


def workspace_status(workspace: Workspace) -> RenderableType:
    """Describe a workspace: its last runs, published versions, freshness, and what the gates warn of."""
    runs = [
        (it.run, it.status, it.rows_extracted, it.rows_quarantined, it.gates_passed, it.gates_failed, it.gates_warned)
        for it in read_run_records(workspace)[:-11:-1]
    ]
    in_force = current(workspace)
    kept = [
        (it.run, "current" if it == in_force else "", round(it.record.size_bytes / 2**20, 1))
        for it in versions(workspace)
    ]
    parts: list[RenderableType] = [
        table("Last runs", ("run", "status", "extracted", "quarantined", "passed", "failed", "warned"), runs),
        table("Versions", ("version", "", "MiB"), kept),
    ]
    if in_force:
        with duckdb.connect(str(workspace.database_link), read_only=True) as connection:
            fresh = connection.execute(_FRESHNESS).fetchall()
            warnings = connection.execute(_WARNINGS, [in_force.run]).fetchall()
        parts += [
            table("Freshness", ("source", "entity", "newest (UTC)", "days behind"), fresh),
            table("Warnings", ("table", "check", "observed", "allowed"), warnings),
        ]
    return Group(*parts)


def disk(found: Health) -> RenderableType:
    """Say what a workspace takes on disk, and what is left."""
    sizes = [(part, round(size / 2**20, 1)) for part, size in {**found.disk_bytes, "free": found.free_bytes}.items()]
    return table("Disk", ("part", "MiB"), sizes)


def quarantined_reasons(workspace: Workspace, limit: int) -> RenderableType:
    """List quarantined rows of the build file, counted by reason.

    Raises:
        BuildFileError: there is no build file yet, or it is damaged.
        WorkspaceBusy: a run holds it.
    """
    return table("Quarantine", ("entity", "source", "reasons", "rows", "example"), _built(workspace, _REASONS, [limit]))


def quarantined_rows(workspace: Workspace, entity: str, limit: int) -> RenderableType:
    """Show the quarantined rows of one entity, whole.

    Raises:
        ValueError: there is no such entity, or the last build was made on Spark.
        BuildFileError: there is no build file yet, or it is damaged.
        WorkspaceBusy: a run holds it.
    """
    if entity not in ENTITIES:
        raise ValueError(f"unknown entity {entity!r}; allowed are {', '.join(ENTITIES)}")
    if workspace.spark.exists():
        raise ValueError(
            f"the last build was made on Spark, whose rows are not in the build file; they are those of "
            f"{workspace.spark / 'personal.db' / f'typed_{entity}'} whose _outcome is 'quarantined'"
        )
    rows = _built(
        workspace,
        f"select source, file, position, reasons, row_text from personal.quarantine_{entity} order by all limit ?",
        [limit],
    )
    return table(f"Quarantine: {entity}", ("source", "file", "position", "reasons", "row"), rows)


def quarantined_counts(workspace: Workspace) -> dict[tuple[str, str], int]:
    """Count the quarantined rows of the published version, by entity and source; empty where nothing is published."""
    if not workspace.database_link.exists():
        return {}
    with duckdb.connect(str(workspace.database_link), read_only=True) as connection:
        rows = connection.execute("select entity, source, count(*) from quality.quarantine group by all").fetchall()
    return {(entity, source): count for entity, source, count in rows}


def _built(workspace: Workspace, sql: str, parameters: list[Any]) -> list[Any]:
    connection = connect(workspace, read_only=True)
    try:
        return connection.execute(sql, parameters).fetchall()
    finally:
        connection.close()
