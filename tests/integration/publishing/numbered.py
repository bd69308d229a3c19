"""Versions that hold their number in two tables: made, audited, published and read back with real files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import duckdb

from dagster_project.quality.gate import CheckResult
from dagster_project.warehouse import AuditRecord, Version, Workspace, audit, connect, make_candidate, publish
from dagster_project.warehouse.records import write_audit_record
from tests.gate_results import LAYERS, PASSED

SUITES = "5a1f"
CANARY = "Zebedee Quillfeather"


def run_name(number: int) -> str:
    return f"20260701T04{number // 60:02d}{number % 60:02d}Z-ab12cd34"


def build(workspace: Workspace, number: int) -> None:
    with connect(workspace) as connection:
        connection.execute(
            f"""
            create schema if not exists core;
            create schema if not exists kpi;
            create schema if not exists personal;
            create or replace table core.version as select {number} as number, i from range(3000) as t (i);
            create or replace table kpi.version as select {number} as number, i from range(3000) as t (i);
            create or replace table personal.customer as select '{CANARY} ' || i as name from range(100) as t (i);
            """
        )


def audited(workspace: Workspace, number: int, gates: Sequence[CheckResult] = PASSED) -> AuditRecord:
    build(workspace, number)
    return audit(
        workspace,
        make_candidate(workspace, run_name(number)),
        run=run_name(number),
        suites_sha256=SUITES,
        gate_results=gates,
        required_layers=LAYERS,
    )


def pages(version: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Stand in for the report: one page that holds the version's number."""
    (row,) = version.execute("select distinct number from core.version").fetchall()
    return {"index.html": f"version {row[0]}"}


def publish_number(workspace: Workspace, number: int) -> Version:
    return publish(workspace, audited(workspace, number), run=run_name(number), suites_sha256=SUITES, make_pages=pages)


def publish_ready_made(workspace: Workspace, number: int) -> None:
    """Publish a candidate made without build file and audit, so that swaps follow each other fast."""
    candidate = workspace.candidate_file(run_name(number))
    with duckdb.connect() as connection:
        connection.execute(f"attach '{candidate}' as made (storage_version 'v1.5.0')")
        for schema in ("core", "kpi"):
            connection.execute(f"create schema made.{schema}")
            connection.execute(f"create table made.{schema}.version as select {number} as number from range(3000)")
        connection.execute("detach made")
    record = AuditRecord(
        run=run_name(number),
        file_name=workspace.version_file(run_name(number)).name,
        sha256=hashlib.sha256(candidate.read_bytes()).hexdigest(),
        size_bytes=candidate.stat().st_size,
        suites_sha256=SUITES,
        duckdb_version=duckdb.__version__,
        tables=(),
        gates_passed=1,
        gates_failed=0,
        gates_warned=0,
        passed=True,
        refusals=(),
    )
    write_audit_record(workspace, record)
    publish(workspace, record, run=run_name(number), suites_sha256=SUITES, make_pages=pages)


def numbers_read(workspace: Workspace) -> tuple[int, int]:
    """The version that the database link shows, and the one the export link shows; each must be of one piece."""
    both = "select distinct number from (select number from {0} union all select number from {1})"
    with duckdb.connect(str(workspace.folder / "careloop.duckdb"), read_only=True) as connection:
        ((in_database,),) = connection.execute(both.format("core.version", "kpi.version")).fetchall()
    files = [f"'{workspace.folder}/export/{schema}/version.parquet'" for schema in ("core", "kpi")]
    ((in_export,),) = duckdb.sql(both.format(*files)).fetchall()
    return in_database, in_export


def snapshot(folder: Path) -> dict[str, str]:
    """Every file's content and mode, every link's target."""
    return {
        str(path.relative_to(folder)): str(path.readlink())
        if path.is_symlink()
        else f"{path.stat().st_mode:o} " + (hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
        for path in folder.rglob("*")
    }
