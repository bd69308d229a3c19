"""Records of runs: what each run did, as JSON files, and as the table `quality.run`.

What belongs here: their shape, writing one, and loading all of them. What is counted is counted elsewhere.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Literal

import duckdb
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from dagster_project.quoting import identifier, literal
from dagster_project.warehouse.files import write_whole
from dagster_project.warehouse.workspace import Workspace

log = logging.getLogger("careloop")

Status = Literal["running", "published", "unchanged", "refused", "failed", "stopped"]
# Those of runs after which readers have what a run would give them.
COMPLETE = ("published", "unchanged")


class RunRecord(BaseModel):
    """One run. Counts are over all its sources; None means that the run did not get that far."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    run: str = Field(description="Name of the run, sortable by its start.")
    status: Status = Field(description="How the run ended; the run that made this version is still running in it.")
    started_at: AwareDatetime = Field(description="When the run started (UTC).")
    ended_at: AwareDatetime | None = Field(default=None, description="When the run ended (UTC).")
    as_of: AwareDatetime | None = Field(default=None, description="Instant up to which figures were computed (UTC).")
    config_sha256: str = Field(description="Content hash of the configuration file.")
    rows_extracted: int | None = Field(default=None, description="Rows that the sources gave.")
    rows_accepted: int | None = Field(default=None, description="Rows that were accepted.")
    rows_quarantined: int | None = Field(default=None, description="Rows that were quarantined.")
    rows_superseded: int | None = Field(default=None, description="Older versions of accepted rows.")
    rows_duplicate: int | None = Field(default=None, description="Exact copies of other rows.")
    gates_passed: int | None = Field(default=None, description="Expectations that held.")
    gates_failed: int | None = Field(default=None, description="Expectations that stopped the run.")
    gates_warned: int | None = Field(default=None, description="Expectations that failed as warnings.")
    build: Literal["full", "incremental"] | None = Field(
        default=None, description="Whether all was computed again, or what changed."
    )
    tickets_affected: int | None = Field(
        default=None, description="Tickets that an incremental build worked out again; None where that was all of them."
    )
    published_version: str | None = Field(
        default=None, description="The version this run published, or found to be what it would publish."
    )
    stage_seconds: dict[str, float] = Field(default_factory=dict, description="Seconds that each stage took, as JSON.")
    stage_cpu_seconds: dict[str, float] = Field(
        default_factory=dict,
        description="CPU seconds (user and system) of each stage, as JSON: they vary little with other work.",
    )


_TYPES = {
    "started_at": "timestamptz",
    "ended_at": "timestamptz",
    "as_of": "timestamptz",
    "stage_seconds": "json",
    "stage_cpu_seconds": "json",
    **{name: "bigint" for name in RunRecord.model_fields if name.startswith(("rows_", "gates_", "tickets_"))},
}


def write_run_record(workspace: Workspace, record: RunRecord) -> Path:
    """Write or replace a run's record in one step; returns its file."""
    file = workspace.run_file(record.run)
    write_whole(file, record.model_dump_json(indent=1) + "\n")
    return file


def read_run_records(workspace: Workspace) -> list[RunRecord]:
    """Read the records of all runs, oldest first; a file that is no record of a run is left out and logged."""
    records = []
    for file in sorted(workspace.runs.glob("*.json")):
        try:
            records.append(RunRecord.model_validate_json(file.read_bytes()))
        except ValidationError as error:
            log.warning("%s: not the record of a run, left out: %s", file, error.errors()[0]["msg"])
    return records


def close_abandoned_records(workspace: Workspace) -> None:
    """Call runs failed that are said to be running; with the run lock held, they are not: their process died."""
    for record in read_run_records(workspace):
        if record.status == "running":
            write_run_record(workspace, record.model_copy(update={"status": "failed"}))


def load_run_records(workspace: Workspace, connection: duckdb.DuckDBPyConnection) -> int:
    """Fill `quality.run` of the build file, anew, with one row per record in `runs/`; returns the rows.

    Raises:
        duckdb.Error: a record is not JSON of the expected types; the message names the file.
    """
    columns = {name: _TYPES.get(name, "varchar") for name in RunRecord.model_fields}
    connection.execute("create schema if not exists quality")
    connection.execute(
        f"create or replace table quality.run ({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
    )
    connection.execute("comment on table quality.run is 'One row per run.'")
    for name, field in RunRecord.model_fields.items():
        connection.execute(f"comment on column quality.run.{identifier(name)} is {literal(field.description or '')}")
    files = [str(file) for file in sorted(workspace.runs.glob("*.json"))]
    if files:
        connection.execute(
            "insert into quality.run from read_json(?, columns = ?, format = 'unstructured') order by run",
            [files, columns],
        )
    return len(files)
