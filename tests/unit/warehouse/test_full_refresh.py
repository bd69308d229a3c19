"""What outlives the build file when a run begins with an empty one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dagster_project.config import Settings
from dagster_project.quality.record import COLUMNS, write_results
from dagster_project.run import begin
from dagster_project.source_config.files import FileSource
from dagster_project.warehouse import Version, Workspace, connect
from tests.gate_results import PASSED


def settings(workspace: Workspace) -> Settings:
    file = workspace.folder.parent / "careloop.yml"
    file.touch()
    mapping = {"from": "teams", "columns": {"team_id": "id"}}
    described = {"name": "crm", "kind": "files", "files": {"teams": {"path": "teams.csv", "format": "csv"}}}
    source = FileSource.model_validate({**described, "entities": {"teams": mapping}})
    return Settings(config_file=file, workspace=str(workspace.folder), memory_limit="500MB", sources=[source])


def record(workspace: Workspace, run: str) -> None:
    connection = connect(workspace)
    write_results(connection, run, "facts", PASSED[:1])
    connection.close()


def runs_with_results(workspace: Workspace) -> list[str]:
    connection = connect(workspace, read_only=True)
    try:
        return [run for (run,) in connection.execute("select run_id from quality.gate_result order by 1").fetchall()]
    finally:
        connection.close()


def tables(workspace: Workspace) -> list[tuple[str, str]]:
    connection = connect(workspace, read_only=True)
    try:
        return connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    finally:
        connection.close()


def test_a_full_refresh_keeps_what_the_gates_of_published_runs_found_and_nothing_else(
    workspace: Workspace, publish_run: Callable[[int], Version]
) -> None:
    record(workspace, "run-1")
    record(workspace, "run-2")
    publish_run(1)
    with begin(settings(workspace), "abcdefgh", full_refresh=True):
        assert tables(workspace) == [("quality", "gate_result")]
        assert runs_with_results(workspace) == ["run-1", "run-2"]
        record(workspace, "run-3")  # the table that was brought over is the one that gates write to
        assert runs_with_results(workspace) == ["run-1", "run-2", "run-3"]
    connection = connect(workspace, read_only=True)
    described = connection.execute(
        "select column_name, data_type, comment from duckdb_columns() where table_name = 'gate_result'"
    ).fetchall()
    connection.close()
    assert described == [(name, data_type.upper(), comment) for name, (data_type, comment) in COLUMNS.items()]


def test_a_build_file_that_somebody_removed_gets_the_results_back(
    workspace: Workspace, publish_run: Callable[[int], Version]
) -> None:
    record(workspace, "run-1")
    publish_run(1)
    workspace.build_file.unlink()
    with begin(settings(workspace), "abcdefgh", full_refresh=False):
        assert runs_with_results(workspace) == ["run-1"]


def test_a_build_file_that_goes_on_keeps_its_own_results(
    workspace: Workspace, publish_run: Callable[[int], Version]
) -> None:
    record(workspace, "run-1")
    publish_run(1)
    record(workspace, "refused-run")  # never published
    with begin(settings(workspace), "abcdefgh", full_refresh=False):
        assert runs_with_results(workspace) == ["refused-run", "run-1"]


def test_a_run_on_duckdb_leaves_no_build_on_spark_behind(workspace: Workspace) -> None:
    # It holds people's data, and what vouches for it knows nothing of this run.
    (workspace.spark / "personal.db").mkdir(parents=True)
    with begin(settings(workspace), "abcdefgh", full_refresh=False):
        assert not workspace.spark.exists()


def test_a_full_refresh_before_anything_was_published_begins_empty(workspace: Workspace) -> None:
    record(workspace, "refused-run")
    with begin(settings(workspace), "abcdefgh", full_refresh=True):
        assert not workspace.build_file.exists()


def test_a_published_version_without_results_is_nothing_to_complain_of(
    workspace: Workspace, publish_run: Callable[[int], Version], caplog: pytest.LogCaptureFixture
) -> None:
    publish_run(1)
    with caplog.at_level(logging.WARNING, "careloop"), begin(settings(workspace), "abcdefgh", full_refresh=True):
        assert tables(workspace) == []
    assert caplog.text == ""


def test_a_damaged_published_version_does_not_stop_a_full_refresh_but_is_told(
    workspace: Workspace, publish_run: Callable[[int], Version], caplog: pytest.LogCaptureFixture
) -> None:
    record(workspace, "run-1")
    file: Path = publish_run(1).file
    file.chmod(0o600)
    file.write_bytes(b"damaged")
    with pytest.raises(duckdb.Error):
        duckdb.connect(str(file), read_only=True)
    with caplog.at_level(logging.WARNING, "careloop"), begin(settings(workspace), "abcdefgh", full_refresh=True):
        assert tables(workspace) == []
    assert f"{file}: results of earlier gates cannot be read" in caplog.text
