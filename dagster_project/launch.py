"""Running the main job from the command line: the very job that the schedule runs, in this process.

What belongs here: handing the job to Dagster, and turning what became of it into an outcome with an exit code.
"""

from __future__ import annotations

import gc
import logging
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project import stopping
from dagster_project.config import CONFIG_VARIABLE, ConfigError, Settings, Target
from dagster_project.dbt_build import DbtTestError
from dagster_project.mapping import MappingError
from dagster_project.notify import notify_failure
from dagster_project.warehouse import AuditRefused, Workspace, WorkspaceBusy
from dagster_project.warehouse.lock import PRIVATE_UMASK

if TYPE_CHECKING:
    from dagster import ExecuteInProcessResult
    from dagster_shared.error import SerializableErrorInfo

PUBLISHED, BAD_CONFIGURATION, AUDIT_FAILED, BUSY, FAILED, STOPPED = 0, 2, 3, 75, 1, stopping.EXIT_CODE
INSTANCE_FILE = Path(__file__).with_name("dagster.yaml")

# By class name: Dagster hands errors on as text.
_EXIT_CODES = {
    ConfigError.__name__: BAD_CONFIGURATION,
    "ErasureError": BAD_CONFIGURATION,
    MappingError.__name__: BAD_CONFIGURATION,
    AuditRefused.__name__: AUDIT_FAILED,
    DbtTestError.__name__: AUDIT_FAILED,
    "DagsterAssetCheckFailedError": AUDIT_FAILED,
    WorkspaceBusy.__name__: BUSY,
}

_HISTORY_FAILED = "{}: Dagster's history cannot be written: {}; make space on the disk, then run again"


@dataclass(frozen=True)
class Outcome:
    """How a run ended: its exit code and, where it did not publish, why."""

    exit_code: int
    reason: str = ""


def prepare_instance(settings: Settings) -> Workspace:
    """Point Dagster at the workspace: its storage, its settings (no telemetry), the configuration in force."""
    workspace = settings.warehouse
    os.umask(PRIVATE_UMASK)  # what Dagster and dbt write before a run holds the lock is private, too
    workspace.create()
    shutil.copyfile(INSTANCE_FILE, workspace.dagster / INSTANCE_FILE.name)
    os.environ["DAGSTER_HOME"] = str(workspace.dagster)
    os.environ["DAGSTER_EVENT_BATCH_SIZE"] = "1000"
    os.environ[CONFIG_VARIABLE] = str(settings.config_file)
    return workspace


def run_job(
    settings: Settings, *, as_of: str | None = None, target: Target | None = None, full_refresh: bool = False
) -> Outcome:
    """Run the main job to its end.

    Args:
        settings: of the configuration in force.
        as_of: ISO 8601 instant with offset that overrides the configuration's.
        target: the engine, overriding the configuration's.
        full_refresh: begin with an empty build file.
    """
    # Dagster and dbt keep millions of small objects; looking among them for garbage took a fifth of a small run.
    gc.set_threshold(1_000_000)
    workspace = prepare_instance(settings)
    from sqlalchemy.exc import OperationalError

    try:
        run_id, outcome = _executed({"as_of": as_of, "target": target, "full_refresh": full_refresh})
    except OperationalError as error:
        # The history stands on the same disk as all the rest; it is what would have said how the run ended.
        run_id, outcome = "unknown", Outcome(FAILED, _HISTORY_FAILED.format(workspace.dagster, error.orig))
    if outcome.exit_code not in (PUBLISHED, BUSY, STOPPED):
        notify_failure(run_id, outcome.reason)
    return outcome


def _executed(resource: dict[str, Any]) -> tuple[str, Outcome]:
    from dagster import DagsterInstance

    from dagster_project.definitions import defs
    from dagster_project.defs.sensors import LAUNCHED_BY

    # The last warns that checks of skipped steps have no result; what stands behind these steps is skipped as well.
    for noisy in ("alembic", "dagster", "dagster._core.execution.plan.active"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    with DagsterInstance.get() as instance:
        result = (
            defs()
            .resolve_job_def("careloop")
            .execute_in_process(
                instance=instance,
                raise_on_error=False,
                tags={LAUNCHED_BY: "cli"},
                run_config={
                    "resources": {"careloop": {"config": resource}},
                    "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                },
            )
        )
        return result.run_id, _outcome(result)


def _outcome(result: ExecuteInProcessResult) -> Outcome:
    if result.success:
        return Outcome(PUBLISHED)
    if stopping.asked():
        return Outcome(STOPPED, "the run was stopped by a signal; `careloop status` shows what is published")
    for error in _errors(result):
        for cause in _chain(error):
            if cause.cls_name in _EXIT_CODES:
                return Outcome(_EXIT_CODES[cause.cls_name], _text(cause))
    for error in _errors(result):
        for cause in _chain(error):
            # Dagster wraps what a step raised; what that was raised from is a detail.
            if not (cause.cls_name or "").startswith("Dagster"):
                return Outcome(FAILED, _text(cause))
    return Outcome(FAILED, "the job failed and did not say why; see the run in `careloop dev`")


def _errors(result: ExecuteInProcessResult) -> Iterator[SerializableErrorInfo]:
    for event in result.all_events:
        error = getattr(event.event_specific_data, "error", None)
        if error is not None and (event.is_failure or event.is_resource_init_failure):
            yield error


def _chain(error: SerializableErrorInfo) -> Iterator[SerializableErrorInfo]:
    cause: SerializableErrorInfo | None = error
    while cause is not None:
        yield cause
        cause = cause.cause


def _text(error: SerializableErrorInfo) -> str:
    """Return the error's own words, without the name of its class before them."""
    return re.sub(r"^[\w.]+: ", "", error.message, count=1).strip()
