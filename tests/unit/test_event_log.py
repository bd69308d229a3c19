"""Dagster's events over connections that stay open: what is written at once is what is written one by one."""

from __future__ import annotations

import shutil
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

from dagster_project.history import forget_old_runs
from dagster_project.launch import INSTANCE_FILE
from dagster_project.warehouse import Workspace, write_run_record
from tests.unit.warehouse.test_runs import record

KEYS = [dg.AssetKey(["core", name]) for name in ("one", "two")]


@dg.multi_asset(
    specs=[dg.AssetSpec(key) for key in KEYS], check_specs=[dg.AssetCheckSpec("is_whole", asset=key) for key in KEYS]
)
def both():  # type: ignore[no-untyped-def]  # Dagster reads the annotation
    for key in KEYS:
        check = dg.AssetCheckResult(passed=key == KEYS[0], asset_key=key, check_name="is_whole")
        yield dg.MaterializeResult(asset_key=key, check_results=[check])


@pytest.mark.parametrize("batch_size", ["0", "1000"])
def test_a_run_leaves_all_its_events_however_they_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch_size: str
) -> None:
    shutil.copyfile(INSTANCE_FILE, tmp_path / INSTANCE_FILE.name)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", batch_size)
    job = dg.Definitions([both], jobs=[dg.define_asset_job("all")]).resolve_job_def("all")
    with dg.DagsterInstance.get() as instance:
        for _ in range(2):
            run = job.execute_in_process(instance=instance)
            types = [
                entry.dagster_event.event_type_value for entry in instance.all_logs(run.run_id) if entry.dagster_event
            ]
            assert types.count("ASSET_MATERIALIZATION_PLANNED") == types.count("ASSET_MATERIALIZATION") == 2
            assert types.count("ASSET_CHECK_EVALUATION_PLANNED") == types.count("ASSET_CHECK_EVALUATION") == 2
        assert set(instance.all_asset_keys()) == set(KEYS)
        latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(
            [dg.AssetCheckKey(key, "is_whole") for key in KEYS]
        )
    statuses = {key.asset_key: (record.run_id == run.run_id, record.status) for key, record in latest.items()}
    assert statuses == {
        KEYS[0]: (True, AssetCheckExecutionRecordStatus.SUCCEEDED),
        KEYS[1]: (True, AssetCheckExecutionRecordStatus.FAILED),
    }


def test_of_a_run_that_is_forgotten_no_check_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path / "warehouse", memory_limit="500MB")
    workspace.create()
    write_run_record(workspace, record(1, status="published"))
    shutil.copyfile(INSTANCE_FILE, tmp_path / INSTANCE_FILE.name)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    job = dg.Definitions([both], jobs=[dg.define_asset_job("all")]).resolve_job_def("all")
    with dg.DagsterInstance.get() as instance:
        runs = [job.execute_in_process(instance=instance).run_id for _ in range(3)]
        forget_old_runs(instance, workspace, kept_runs=2)
        history = instance.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(KEYS[0], "is_whole"), limit=10
        )
    assert [execution.run_id for execution in history] == [runs[2], runs[1]]
