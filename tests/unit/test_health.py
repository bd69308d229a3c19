"""What a monitor is told: all well, or each thing that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from dagster_project.config import Settings, load_settings
from dagster_project.health import health
from dagster_project.warehouse import RunRecord, Version, Workspace, write_run_record
from tests.companies import configuration, source
from tests.unit.warehouse.conftest import built, publish_run, run_name, workspace

__all__ = ["built", "publish_run", "run_name", "workspace"]


@pytest.fixture
def settings(workspace: Workspace, tmp_path: Path) -> Settings:
    crm = source(tmp_path, "crm", {"teams": ["team_id,name", "t1,Support"]})
    return load_settings(configuration(tmp_path, [crm], workspace=str(workspace.folder)))


def record(version: Version, **changed: object) -> RunRecord:
    at = version.record.published_at
    stated = {"run": version.run, "status": "published", "started_at": at, "ended_at": at, "config_sha256": "c0ffee"}
    return RunRecord.model_validate({**stated, **changed})


def test_a_fresh_version_after_a_run_that_published_is_healthy(
    settings: Settings, workspace: Workspace, publish_run: Callable[[int], Version]
) -> None:
    version = publish_run(1)
    write_run_record(workspace, record(version))
    found = health(settings)
    assert (found.healthy, found.problems, found.published_version) == (True, [], version.run)
    assert found.last_run is not None
    assert found.disk_bytes["build.duckdb"] == workspace.build_file.stat().st_size
    assert found.free_bytes > 0


def test_a_file_that_two_parts_share_takes_its_room_once(settings: Settings, workspace: Workspace) -> None:
    workspace.create()
    before = health(settings).disk_bytes
    (workspace.published / "export-shared").mkdir()
    kept = workspace.spark / "part.parquet"
    kept.parent.mkdir()
    kept.write_bytes(bytes(1000))
    (workspace.published / "export-shared" / "part.parquet").hardlink_to(kept)
    (workspace.published / "export-shared" / "again.parquet").hardlink_to(kept)
    after = health(settings).disk_bytes
    assert sum(after.values()) - sum(before.values()) == 1000


def test_before_the_first_version_nothing_is_healthy(settings: Settings) -> None:
    assert health(settings).problems == ["nothing is published"]


def test_a_failed_run_is_told_though_an_older_version_stands(
    settings: Settings, workspace: Workspace, publish_run: Callable[[int], Version]
) -> None:
    version = publish_run(1)
    write_run_record(workspace, record(version))
    failed = record(version, run="20260702T040000Z-ab12cd34", status="refused")
    write_run_record(workspace, failed)
    # A run in progress says nothing yet.
    write_run_record(workspace, record(version, run="20260703T040000Z-ab12cd34", status="running", ended_at=None))
    assert health(settings).problems == [f"the last run, {failed.run}, ended as refused"]


def test_a_version_that_a_later_run_found_to_stand_is_as_fresh_as_that_run(
    settings: Settings, workspace: Workspace, publish_run: Callable[[int], Version]
) -> None:
    version = publish_run(1)
    published_at = version.record.published_at
    assert published_at is not None
    later = published_at + timedelta(hours=30)
    unchanged = {"run": "20260702T040000Z-ab12cd34", "status": "unchanged", "ended_at": later}
    write_run_record(workspace, record(version, **unchanged, published_version="20260701T000000Z-ab12cd34"))
    assert health(settings, later + timedelta(hours=30)).problems != [], "that was another version"
    write_run_record(workspace, record(version, **unchanged, published_version=version.run))
    assert health(settings, later + timedelta(hours=30)).problems == []


def test_a_version_that_is_older_than_allowed_is_told(
    settings: Settings, publish_run: Callable[[int], Version]
) -> None:
    published_at = publish_run(1).record.published_at
    assert published_at is not None
    assert health(settings, published_at + timedelta(hours=36)).healthy
    late = health(settings, published_at + timedelta(hours=36, seconds=1))
    assert "allowed are 36 hours" in late.problems[0]
