from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest
from pydantic import ValidationError

from dagster_project.warehouse import RunRecord, Workspace, connect, load_run_records, write_run_record


def record(number: int, **changed: Any) -> RunRecord:
    stated: dict[str, Any] = {
        "run": f"20260701T0400{number:02d}Z-ab12cd34",
        "status": "running",
        "started_at": datetime(2026, 7, 1, 4, 0, number, tzinfo=UTC),
        "config_sha256": "c0ffee",
    }
    return RunRecord(**{**stated, **changed})


def table(workspace: Workspace, columns: str) -> list[Any]:
    with connect(workspace) as connection:
        load_run_records(workspace, connection)
        return connection.execute(f"select {columns} from quality.run order by run").fetchall()


def test_every_record_becomes_a_row_with_typed_columns(workspace: Workspace) -> None:
    write_run_record(workspace, record(2))
    write_run_record(
        workspace,
        record(
            1,
            status="published",
            ended_at=datetime(2026, 7, 1, 4, 1, tzinfo=UTC),
            rows_extracted=10,
            rows_quarantined=0,
            gates_warned=2,
            published_version="20260701T040001Z-ab12cd34",
            stage_seconds={"land": 1.5, "build": 20.25},
        ),
    )
    columns = "run[14:15], status, epoch(ended_at - started_at), rows_extracted, rows_quarantined, gates_warned"
    assert table(workspace, columns) == [
        ("01", "published", 59.0, 10, 0, 2),
        ("02", "running", None, None, None, None),
    ]
    assert table(workspace, "published_version, (stage_seconds ->> 'build')::double") == [
        ("20260701T040001Z-ab12cd34", 20.25),
        (None, None),
    ]


def test_a_record_written_again_replaces_the_first(workspace: Workspace) -> None:
    file = write_run_record(workspace, record(1))
    write_run_record(workspace, record(1, status="failed"))
    assert table(workspace, "status") == [("failed",)]
    assert [path.name for path in workspace.runs.iterdir()] == [file.name]
    assert file.stat().st_mode & 0o777 == 0o600


def test_loading_twice_does_not_double_rows(workspace: Workspace) -> None:
    write_run_record(workspace, record(1))
    table(workspace, "run")
    assert len(table(workspace, "run")) == 1


def test_without_records_the_table_is_there_and_empty(workspace: Workspace) -> None:
    assert table(workspace, "run, started_at, stage_seconds") == []


def test_every_column_is_described(workspace: Workspace) -> None:
    table(workspace, "run")
    with connect(workspace) as connection:
        assert (
            connection.execute(
                "select column_name from duckdb_columns() where table_name = 'run' and coalesce(comment, '') = ''"
            ).fetchall()
            == []
        )


@pytest.mark.parametrize("content", ['{"run": "20260701T040000Z', '{"run": "x", "rows_extracted": "ten"}'])
def test_a_damaged_record_is_an_error_that_names_the_file(workspace: Workspace, content: str) -> None:
    damaged = workspace.runs / "20260701T040000Z-ab12cd34.json"
    damaged.write_text(content)
    with connect(workspace) as connection, pytest.raises(duckdb.Error, match=damaged.name):
        load_run_records(workspace, connection)


def test_an_instant_without_an_offset_is_refused() -> None:
    with pytest.raises(ValidationError, match="started_at"):
        record(1, started_at=datetime(2026, 7, 1, 4))  # noqa: DTZ001 -- the very mistake
