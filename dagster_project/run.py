"""One run: its settings, its workspace under lock, how long its stages took, and the record it leaves.

What belongs here: what all steps of a run share. What the steps do lies in the modules they call.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import duckdb

from dagster_project.config import Settings
from dagster_project.engine import Engine, engine_of
from dagster_project.error_texts import without_values
from dagster_project.increment import Affected
from dagster_project.landing import LandingZone
from dagster_project.pseudonyms import pseudonym_key
from dagster_project.quality.record import carry_results
from dagster_project.run_log import written_to
from dagster_project.stopping import heard
from dagster_project.warehouse import (
    RunRecord,
    Version,
    Workspace,
    connect,
    current,
    discard_build,
    write_run_record,
)
from dagster_project.warehouse.runs import Status, close_abandoned_records

log = logging.getLogger("careloop")


@dataclass
class Timing:
    """How long one entry of a stage took, and its CPU time (user and system, all threads); known when it is left."""

    seconds: float = 0
    cpu_seconds: float = 0


@dataclass
class Run:
    """A run in progress; `begin` makes one."""

    settings: Settings
    workspace: Workspace
    engine: Engine
    name: str
    started_at: datetime
    stage_seconds: dict[str, float] = field(default_factory=dict)
    stage_cpu_seconds: dict[str, float] = field(default_factory=dict)
    refused: bool = False
    version: Version | None = None
    inputs_sha256: str | None = None
    """Fingerprint of what the run builds from, once everything is landed; None where it builds a selection only."""
    standing: Version | None = None
    """The current version, where it is what the run would make."""
    built_layers: list[str] = field(default_factory=list)
    affected: Affected | None = None

    @contextmanager
    def stage(self, name: str) -> Iterator[Timing]:
        """Time a stage of the run; entered more than once, its times add up."""
        log.info("%s …", name)
        timing = Timing()
        start, cpu_start = time.perf_counter(), time.process_time()
        try:
            yield timing
        except BaseException as error:
            told = without_values(str(error)).splitlines() or [type(error).__name__]
            log.error("%s failed: %s", name, told[0])
            raise
        finally:
            timing.seconds = round(time.perf_counter() - start, 3)
            timing.cpu_seconds = round(time.process_time() - cpu_start, 3)
            self.stage_seconds[name] = self.stage_seconds.get(name, 0) + timing.seconds
            self.stage_cpu_seconds[name] = self.stage_cpu_seconds.get(name, 0) + timing.cpu_seconds

    def write_record(self, status: Status, *, counted: bool = True) -> None:
        """Write what is known of this run so far; `counted` asks the build file for it."""
        in_force = self.version or self.standing
        ended = None if status == "running" else datetime.now(UTC)
        record = RunRecord(
            run=self.name,
            status=status,
            started_at=self.started_at,
            ended_at=ended,
            config_sha256=hashlib.sha256(self.settings.config_file.read_bytes()).hexdigest(),
            build=("incremental" if self.affected.is_incremental else "full") if self.affected else None,
            tickets_affected=self.affected.tickets if self.affected else None,
            published_version=in_force.run if in_force else None,
            stage_seconds={stage: round(seconds, 2) for stage, seconds in self.stage_seconds.items()},
            stage_cpu_seconds={stage: round(seconds, 2) for stage, seconds in self.stage_cpu_seconds.items()},
            **(self._counts() if counted else {}),
        )
        write_run_record(self.workspace, record)

    def write_last_words(self) -> None:
        """Write the record of a run that is ended from outside, whatever its statements are doing."""
        self.write_record("published" if self.version else "stopped", counted=False)

    def end(self, *, stopped: bool) -> None:
        """Write how the run ended; where even that fails, the next run writes it."""
        status: Status = "refused" if self.refused else "failed"
        if self.version:
            status = "published"
        elif self.standing:
            status = "unchanged"
        elif stopped:
            status = "stopped"
        log.info("run %s ended: %s", self.name, status)
        # What a signal interrupted may still have the build file open.
        for counted in (False,) if stopped else (True, False):
            try:
                self.write_record(status, counted=counted)
                return
            except Exception as error:  # such as a full disk; it must not hide why the run failed
                what = "what it did" if counted else "how it ended, which the next run writes"
                log.error("%s: lacks %s: %s", self.workspace.run_file(self.name), what, error)

    def _counts(self) -> dict[str, int | datetime | None]:
        """Count rows and gates in the build file, as far as this run has filled it."""
        if "gates" not in self.stage_seconds:
            return {}
        connection = connect(self.workspace, read_only=True)
        try:
            rows = connection.execute(
                "select sum(extracted_rows), sum(accepted_rows), sum(quarantined_rows), sum(superseded_rows), "
                "sum(duplicate_rows), (select max(as_of) from quality.source_freshness) from quality.row_account"
            ).fetchone()
            gates = connection.execute(
                "select count(*) filter (where outcome = 'passed'), "
                "count(*) filter (where outcome = 'error' or (outcome = 'failed' and severity = 'critical')), "
                "count(*) filter (where outcome = 'failed' and severity = 'warning') "
                "from quality.gate_result where run_id = ?",
                [self.name],
            ).fetchone()
        finally:
            connection.close()
        assert rows is not None
        assert gates is not None
        names = ("rows_extracted", "rows_accepted", "rows_quarantined", "rows_superseded", "rows_duplicate")
        as_of = rows[5].replace(tzinfo=UTC) if rows[5] else None
        gate_names = ("gates_passed", "gates_failed", "gates_warned")
        counts = dict(zip((*names, *gate_names), (*rows[:5], *gates), strict=True))
        return {"as_of": as_of, **{name: None if value is None else int(value) for name, value in counts.items()}}


@contextmanager
def begin(settings: Settings, run_id: str, *, full_refresh: bool) -> Iterator[Run]:
    """Take the workspace, and leave a record of the run whatever becomes of it.

    Raises:
        ConfigError: there is no key to make pseudonyms with, or the engine is not installed.
        WorkspaceBusy: another run holds the workspace.
    """
    pseudonym_key(settings)
    workspace = settings.warehouse
    engine = engine_of(settings, workspace)
    started_at = datetime.now(UTC)
    name = f"{started_at:%Y%m%dT%H%M%SZ}-{run_id[:8]}"
    with workspace.lock(name):
        if full_refresh:
            discard_build(workspace)
        if settings.target == "duckdb" and workspace.spark.exists():
            # Nobody would build upon it, and people's data are in it.
            shutil.rmtree(workspace.spark)
        close_abandoned_records(workspace)
        LandingZone(workspace.landing).sweep()
        run = Run(settings, workspace, engine, name, started_at)
        run.write_record("running")
        with written_to(workspace.log_file(name), name), heard(run.write_last_words) as stop:
            try:
                _carry_history(workspace)
                yield run
            finally:
                engine.close()
                run.end(stopped=stop.asked)


def _carry_history(workspace: Workspace) -> None:
    """Take what earlier gates found, which nothing can compute again, into a build file that begins anew."""
    version = current(workspace)
    if version is None:
        return
    connection = connect(workspace)
    try:
        carry_results(connection, version.file)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        log.warning(
            "%s: results of earlier gates cannot be read, quality.gate_result begins anew: %s", version.file, reason
        )
    finally:
        connection.close()
