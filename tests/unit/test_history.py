"""What is remembered of runs: the dead are ended, the old forgotten."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.history import end_dead_runs, forget_old_runs
from dagster_project.quality.record import write_results
from dagster_project.warehouse import Version, Workspace, connect, write_run_record
from dagster_project.warehouse.runs import close_abandoned_records, read_run_records
from tests.unit.warehouse.conftest import built, publish_run, run_name, workspace
from tests.unit.warehouse.test_full_refresh import PASSED, runs_with_results
from tests.unit.warehouse.test_runs import record

__all__ = ["built", "publish_run", "run_name", "workspace"]

dagster = pytest.importorskip("dagster")


def test_runs_in_progress_are_failed_but_the_one_that_holds_the_lock() -> None:
    with dagster.DagsterInstance.ephemeral() as instance:
        statuses = dagster.DagsterRunStatus
        dead, mine = (instance.create_run_for_job(job, status=statuses.STARTED) for job in (_job(), _job()))
        ended = instance.create_run_for_job(_job(), status=statuses.SUCCESS)
        assert end_dead_runs(instance, but=mine.run_id) == 1
        assert instance.get_run_by_id(dead.run_id).status == statuses.FAILURE
        assert instance.get_run_by_id(mine.run_id).status == statuses.STARTED
        assert instance.get_run_by_id(ended.run_id).status == statuses.SUCCESS


def _job() -> object:
    @dagster.job
    def careloop() -> None:
        pass

    return careloop


def test_only_the_newest_runs_are_remembered(workspace: Workspace) -> None:
    for number in range(6):
        it = record(number, status="published")
        write_run_record(workspace, it)
        workspace.log_file(it.run).write_text("{}\n")
        connection = connect(workspace)
        write_results(connection, it.run, "facts", PASSED[:1])
        connection.close()
    with dagster.DagsterInstance.ephemeral() as instance:
        ids = [instance.create_run_for_job(_job(), status=dagster.DagsterRunStatus.SUCCESS).run_id for _ in range(6)]
        forget_old_runs(instance, workspace, kept_runs=4)
        assert {run.run_id for run in instance.get_runs()} == set(ids[2:])
    kept = [record(number).run for number in range(2, 6)]
    assert [it.run for it in read_run_records(workspace)] == kept
    assert sorted(file.stem for file in workspace.logs.iterdir()) == kept
    assert runs_with_results(workspace) == kept


def test_the_run_that_published_the_current_version_is_remembered_through_any_number_of_nights_without_news(
    workspace: Workspace, publish_run: Callable[[int], Version]
) -> None:
    version = publish_run(1)
    for number in range(1, 6):
        write_run_record(workspace, record(number, status="published" if number == 1 else "unchanged"))
    with dagster.DagsterInstance.ephemeral() as instance:
        forget_old_runs(instance, workspace, kept_runs=3)
    assert [it.run for it in read_run_records(workspace)] == [version.run, *(record(it).run for it in (3, 4, 5))]


def test_a_record_that_says_running_under_a_free_lock_is_of_a_run_that_died(workspace: Workspace) -> None:
    write_run_record(workspace, record(1, status="published"))
    write_run_record(workspace, record(2))
    Path(workspace.runs / "20260701T040003Z-ab12cd34.json").write_text("{")
    close_abandoned_records(workspace)
    assert [(it.run[14:15], it.status, it.ended_at) for it in read_run_records(workspace)] == [
        ("1", "published", None),
        ("2", "failed", None),
    ]
