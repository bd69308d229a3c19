"""The audit: whether this file, byte for byte, is one that may be published.

What belongs here: reading a candidate whole, comparing it with what was built, weighing what the gates found, and
the record of all that. What an expectation is and how it is checked belongs to the quality gates.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import duckdb

from dagster_project.warehouse.build import attach_read_only
from dagster_project.warehouse.candidate import STORAGE_VERSION, Candidate
from dagster_project.warehouse.errors import PublishError
from dagster_project.warehouse.files import sha256, wal_of
from dagster_project.warehouse.large_tables import rows_of_large_tables
from dagster_project.warehouse.records import AuditRecord, TableFigures, write_audit_record
from dagster_project.warehouse.relations import PUBLISHED_SCHEMAS, figures_of, published_relations, relations
from dagster_project.warehouse.workspace import Workspace


class GateResult(Protocol):
    """What the audit needs to know of one expectation's result; see `dagster_project.quality.gate.CheckResult`."""

    @property
    def layer(self) -> str: ...
    @property
    def table(self) -> str: ...
    @property
    def check(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def outcome(self) -> str: ...


def audit(
    workspace: Workspace,
    candidate: Candidate,
    *,
    run: str,
    suites_sha256: str,
    gate_results: Sequence[GateResult],
    required_layers: Collection[str],
    inputs_sha256: str | None = None,
    large_tables: Mapping[str, Path] = MappingProxyType({}),
) -> AuditRecord:
    """Decide whether a candidate may be published, and write that down beside it.

    Args:
        workspace: where the candidate lies.
        candidate: what `make_candidate` returned for this run; its file is compared with what was built.
        run: the run's name.
        suites_sha256: content hash of the suites that were checked.
        gate_results: the results of all gates of this run.
        required_layers: the layers that must have at least one result each.
        inputs_sha256: fingerprint of all that the candidate was made of, where a run built all of it.
        large_tables: folders of Parquet files that are to be published beside the candidate, by schema.table.

    Returns:
        The record; `passed` is False where `refusals` says why. A candidate that cannot be read is a refusal too.

    Raises:
        PublishError: there is no such file.
    """
    file = candidate.file
    if not file.is_file():
        raise PublishError(f"{file}: no such candidate; make one first")
    with workspace.lock(run):
        digest = sha256(file)  # before reading: whatever changes the file later is then noticed by the hash
        found, refusals = _figures_of_file(workspace, file)
        refusals += _differences(candidate.built, found) if not refusals else []
        large_rows, unfinished = rows_of_large_tables(workspace, large_tables)
        refusals += unfinished
        refusals += _gate_refusals(gate_results, required_layers)
        if file != workspace.candidate_file(run):
            refusals.append(f"{file.name} is not the candidate of run {run}")
        if not suites_sha256:
            refusals.append("no content hash of the suites was stated")
        passed = sum(result.outcome == "passed" for result in gate_results)
        failed = sum(_blocks(result) for result in gate_results)
        record = AuditRecord(
            run=run,
            file_name=workspace.version_file(run).name,
            sha256=digest,
            size_bytes=file.stat().st_size,
            suites_sha256=suites_sha256,
            inputs_sha256=inputs_sha256,
            full_build=candidate.full_build,
            duckdb_version=duckdb.__version__,
            tables=found,
            large_tables=large_rows,
            gates_passed=passed,
            gates_failed=failed,
            gates_warned=len(gate_results) - passed - failed,
            passed=not refusals,
            refusals=tuple(refusals),
        )
        write_audit_record(workspace, record)
        return record


def _figures_of_file(workspace: Workspace, file: Path) -> tuple[tuple[TableFigures, ...], list[str]]:
    if wal_of(file).exists():
        return (), [f"{wal_of(file).name} lies beside the candidate: somebody wrote to it"]
    try:
        connection = attach_read_only(workspace, file, "candidate")
        try:
            found = [figures_of(connection, "candidate", it) for it in published_relations(connection, "candidate")]
            return tuple(found), _contents(connection)
        finally:
            connection.close()
    except duckdb.Error as error:
        return (), [f"the candidate cannot be read whole: {str(error).splitlines()[0]}"]


def _contents(connection: duckdb.DuckDBPyConnection) -> list[str]:
    refusals = [
        f"{relation} does not belong into a published file; allowed schemas are {', '.join(PUBLISHED_SCHEMAS)}"
        for relation in relations(connection, "candidate")
        if relation.schema not in PUBLISHED_SCHEMAS
    ]
    (storage,) = connection.execute(
        "select tags['storage_version'] from duckdb_databases() where database_name = 'candidate'"
    ).fetchall()
    if not str(storage[0]).startswith(STORAGE_VERSION):
        refusals.append(f"storage version is {storage[0]}; readers need {STORAGE_VERSION}")
    return refusals


def _differences(built: Sequence[TableFigures], found: Sequence[TableFigures]) -> list[str]:
    if not built:
        return [f"the build file has no table in {', '.join(PUBLISHED_SCHEMAS)}: there is nothing to publish"]
    of_build = {figures.table: figures for figures in built}
    of_candidate = {figures.table: figures for figures in found}
    return [
        f"{table}: the candidate has {_shown(of_candidate.get(table))}, the build file {_shown(of_build.get(table))}"
        for table in sorted(of_build.keys() | of_candidate.keys())
        if of_build.get(table) != of_candidate.get(table)
    ]


def _shown(figures: TableFigures | None) -> str:
    if figures is None:
        return "no such table"
    return f"{figures.rows} rows of {len(figures.columns)} columns with checksum {figures.checksum}"


def _blocks(result: GateResult) -> bool:
    """Anything but a pass or a failed warning, so that an outcome nobody thought of blocks."""
    return result.outcome != "passed" and not (result.outcome == "failed" and result.severity == "warning")


def _gate_refusals(results: Sequence[GateResult], required_layers: Collection[str]) -> list[str]:
    if not results:
        return ["there are no gate results: nothing was checked"]
    gated = {result.layer for result in results}
    return [
        *(f"layer {layer} has no gate result" for layer in required_layers if layer not in gated),
        *(
            f"{result.layer}.{result.table}: {result.check} ({result.severity}) ended as {result.outcome}"
            for result in results
            if _blocks(result)
        ),
    ]
