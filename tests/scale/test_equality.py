"""The same landed data, run on DuckDB and on a Spark cluster of this machine: every table that is made is equal."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from dagster_project.config import PROJECT_ROOT
from dagster_project.sample import generate
from dagster_project.warehouse import Workspace, versions
from tests.companies import careloop
from tests.scale.cluster import cluster
from tests.scale.comparing import differences
from tests.scale.runs import built_on_duckdb, finish, start_on_spark
from tests.unit.report.test_report import unpacked

pytestmark = pytest.mark.scale


def test_the_sample_company_is_equal_also_where_a_worker_is_lost_in_mid_build(tmp_path: Path) -> None:
    generate(tmp_path / "sample", tickets=500)
    config = tmp_path / "careloop.yml"
    config.write_text((PROJECT_ROOT / "careloop.yml").read_text(encoding="utf-8"), encoding="utf-8")
    build_file = built_on_duckdb(config)
    workspace = tmp_path / "warehouse"
    with cluster(tmp_path) as running:
        run = start_on_spark(config, running.master)
        # The facts are being made of what both workers wrote.
        while run.poll() is None and not (workspace / "spark" / "intermediate.db" / "int_ticket_states").exists():
            time.sleep(0.5)
        running.lose_a_worker()
        finish(run)
        assert running.workers_alive == 1
    assert list(differences(build_file, workspace)) == []
    published_is_what_readers_expect(workspace)
    a_second_run_publishes_nothing_new(config)


def published_is_what_readers_expect(workspace: Path) -> None:
    """The version of Spark's is current, the one of DuckDB's is kept, and nobody's data is in it."""
    newest, before = versions(Workspace(workspace))
    assert newest.is_current
    assert before.export.is_dir()
    assert newest.record.large_tables["core.fct_ticket"] > 0
    assert {path.name for path in (workspace / "export").iterdir() if path.is_dir()} == {
        "analysis", "core", "kpi", "quality",
    }  # fmt: skip
    with duckdb.connect(str(workspace / "careloop.duckdb"), read_only=True) as connection:
        schemas = connection.execute("select distinct schema_name from duckdb_tables() order by 1").fetchall()
        gates = connection.execute(
            "select count(*), count(distinct layer) from quality.gate_result where run_id = ?", [newest.run]
        ).fetchone()
    assert schemas == [("analysis",), ("core",), ("kpi",), ("quality",)]
    assert gates == (newest.record.gates_passed + newest.record.gates_warned, 5)
    # Tables come with the same words, too.
    assert described(newest.file) == [it for it in described(before.file) if not it[0].startswith("core.fct_")]
    # What the report shows of facts, which it did not find in the file, is what it shows of DuckDB's.
    assert shown_of_facts(newest.report) == shown_of_facts(before.report)


def described(version: Path) -> list[tuple[str, str | None, str | None]]:
    """List the table, column and comment of all columns, and of all tables without a column."""
    with duckdb.connect(str(version), read_only=True) as connection:
        return connection.execute(
            """
            select schema_name || '.' || table_name, column_name, comment from duckdb_columns() where not internal
            union all
            select schema_name || '.' || table_name, null, comment from duckdb_tables()
            order by all
            """
        ).fetchall()


def shown_of_facts(report: Path) -> list[Any]:
    data = unpacked((report / "index.html").read_text(encoding="utf-8"))["data"]
    return [data["cube"], data["bins"]]


def a_second_run_publishes_nothing_new(config: Path) -> None:
    result = careloop("run", "--target", "spark", config=config)
    assert result.returncode == 0, result.stderr
    assert "nothing has changed" in result.stderr


def test_the_real_incident_log_is_equal(tmp_path: Path, shared_data: Path) -> None:
    config: dict[str, Any] = yaml.safe_load((PROJECT_ROOT / "examples" / "incidents.yml").read_text(encoding="utf-8"))
    config["workspace"] = "warehouse"
    for files in config["sources"][0]["files"].values():
        files["path"] = str(shared_data / Path(files["path"]).relative_to("../../shared/data"))
    path = tmp_path / "careloop.yml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    build_file = built_on_duckdb(path)
    with cluster(tmp_path) as running:
        finish(start_on_spark(path, running.master))
    assert list(differences(build_file, tmp_path / "warehouse")) == []
