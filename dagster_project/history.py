"""What is remembered of runs, kept true and bounded: runs that died are ended, old ones are forgotten.

What belongs here: Dagster's history, and the records, logs and gate results of runs. Published versions are pruned by
publishing, landed batches are the replay log and are kept.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from dagster_project.quality.record import forget_results
from dagster_project.warehouse import Workspace, connect, current

if TYPE_CHECKING:
    from dagster import DagsterInstance

DIED = "the process of this run has died without a word: it was killed, or its machine stopped"


def end_dead_runs(instance: DagsterInstance, *, but: str | None = None, started_before: datetime | None = None) -> int:
    """Tell Dagster of runs in progress that they failed, and return how many; only for who holds the run lock.

    Without that a killed run is in progress for ever, and the queue, which lets one run at a time, waits for it.

    Args:
        instance: of the workspace whose lock is held.
        but: the id of the run that holds it.
        started_before: only runs that Dagster created earlier; those of now may be about to ask for the lock.
    """
    from dagster import DagsterRunStatus, RunsFilter

    in_progress = [DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
    asked = RunsFilter(statuses=in_progress, created_before=started_before)
    dead = [it for it in instance.get_runs(asked) if it.run_id != but]
    for run in dead:
        instance.report_run_failed(run, DIED)
    return len(dead)


def forget_old_runs(instance: DagsterInstance, workspace: Workspace, *, kept_runs: int) -> None:
    """Remove what is remembered of all but the newest runs and the one that published the current version.

    Args:
        instance: of the workspace.
        workspace: whose run lock is held.
        kept_runs: how many runs are remembered.
    """
    runs = instance.get_runs()
    for run in runs[kept_runs:]:
        instance.delete_run(run.run_id)
    _forget_checks(instance, but=[run.run_id for run in runs[:kept_runs]])
    kept = sorted(file.stem for file in workspace.runs.glob("*.json"))[-kept_runs:]
    version = current(workspace)
    published_by = version.run if version else None
    for folder in (workspace.runs, workspace.logs):
        for file in folder.glob("*.json*"):
            if file.stem < kept[0] and file.stem != published_by:
                file.unlink()
    connection = connect(workspace)
    try:
        forget_results(connection, before=kept[0])
    finally:
        connection.close()


def _forget_checks(instance: DagsterInstance, *, but: list[str]) -> None:
    """Remove results of checks of all other runs: Dagster keeps those of runs that it deletes, 2.5 MB a night."""
    from dagster._core.storage.event_log import SqlEventLogStorage
    from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable

    storage = instance.event_log_storage
    if isinstance(storage, SqlEventLogStorage):
        with storage.index_connection() as connection:
            executions = AssetCheckExecutionsTable
            connection.execute(executions.delete().where(executions.c.run_id.not_in(but)))
