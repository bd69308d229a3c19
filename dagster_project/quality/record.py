"""`quality.gate_result`: what the gates of a run found, one row per check."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import duckdb
import pyarrow as pa

from dagster_project.quality.gate import CheckResult
from dagster_project.quoting import literal
from dagster_project.transaction import transaction

DESCRIPTION = "One row per run, gate and check: what a gate found."
COLUMNS = {
    "run_id": ("varchar", "Run of the pipeline that made the check."),
    "gate": ("varchar", "Gate that made the check."),
    "layer": ("varchar", "Schema of the checked table."),
    "table_name": ("varchar", "Checked table or view."),
    "check_name": ("varchar", "Name of the check, unique for its table."),
    "expectation_type": ("varchar", "Kind of expectation, by its name in Great Expectations."),
    "column_name": ("varchar", "Checked column or columns; null where the check is about the table or is a query."),
    "severity": ("varchar", "critical: a failure stops the run; warning: a failure is shown."),
    "risk": ("varchar", "The risk the check controls."),
    "outcome": ("varchar", "passed, failed, or error: could not be decided, which stops the run at any severity."),
    "observed": ("varchar", "What was found, in words."),
    "allowed": ("varchar", "What is allowed, in words."),
    "unexpected_count": ("bigint", "Violating rows; null where the check does not count rows."),
    "unexpected_rate": ("double", "Violating rows / rows looked at; null where these are not counted, or none."),
    "sample_keys": ("varchar", "Keys of up to five violating rows: a JSON array of objects, column to value as text."),
    "message": ("varchar", "One sentence for people; empty for a passed check."),
}
TABLE = "quality.gate_result"


def write_results(
    connection: duckdb.DuckDBPyConnection, run_id: str, gate: str, results: Sequence[CheckResult]
) -> None:
    """Append results to `quality.gate_result`, which is created where it is missing, in one transaction.

    A check that the same gate of the same run recorded before (a retry) is replaced.
    """
    recorded = pa.Table.from_pylist([_row(run_id, gate, result) for result in results])
    with transaction(connection):
        _create(connection)
        connection.register("recorded", recorded)
        connection.execute(
            f"""
            delete from {TABLE} as before using recorded
            where (before.run_id, before.gate, before.layer, before.table_name, before.check_name)
                = (recorded.run_id, recorded.gate, recorded.layer, recorded.table_name, recorded.check_name)
            """
        )
        connection.execute(f"insert into {TABLE} by name from recorded")
        connection.unregister("recorded")


def carry_results(
    connection: duckdb.DuckDBPyConnection, published: Path, *, replacing: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Take over the results of earlier runs from a published file, where there is no `quality.gate_result` yet.

    A build file that begins anew would lose them: they cannot be computed again. `replacing` says which texts in keys
    and messages are to be others.

    Raises:
        duckdb.Error: the published file cannot be read; the build file is left as it was.
    """
    present = "from duckdb_tables() where database_name = {} and schema_name = 'quality' and table_name = 'gate_result'"
    if connection.execute(present.format("current_database()")).fetchall():
        return
    connection.execute(f"attach {literal(str(published))} as published (read_only)")
    try:
        if connection.execute(present.format("'published'")).fetchall():
            with transaction(connection):
                _create(connection)
                told = {name: name for name in ("sample_keys", "message")}
                for text, other in replacing.items():
                    told = {name: f"replace({told[name]}, {literal(text)}, {literal(other)})" for name in told}
                shown = ", ".join(f"{expression} as {name}" for name, expression in told.items())
                connection.execute(f"insert into {TABLE} by name select * replace ({shown}) from published.{TABLE}")
    finally:
        connection.execute("detach published")


def forget_results(connection: duckdb.DuckDBPyConnection, *, before: str) -> None:
    """Remove the results of runs whose name sorts before a run's; there need not be any."""
    with transaction(connection):
        _create(connection)
        connection.execute(f"delete from {TABLE} where run_id < ?", [before])


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    columns = ", ".join(f"{name} {data_type}" for name, (data_type, _) in COLUMNS.items())
    connection.execute(f"create schema if not exists quality; create table if not exists {TABLE} ({columns})")
    connection.execute(f"comment on table {TABLE} is '{DESCRIPTION}'")
    for name, (_, description) in COLUMNS.items():
        connection.execute(f"comment on column {TABLE}.{name} is '{description}'")


def _row(run_id: str, gate: str, result: CheckResult) -> dict[str, str | int | float | None]:
    return {
        "run_id": run_id,
        "gate": gate,
        "layer": result.layer,
        "table_name": result.table,
        "check_name": result.check,
        "expectation_type": result.expectation_type,
        "column_name": result.column,
        "severity": result.severity,
        "risk": result.risk,
        "outcome": result.outcome,
        "observed": result.observed,
        "allowed": result.allowed,
        "unexpected_count": result.unexpected_count,
        "unexpected_rate": result.unexpected_rate,
        "sample_keys": json.dumps(result.sample_keys, ensure_ascii=False),
        "message": result.message,
    }
