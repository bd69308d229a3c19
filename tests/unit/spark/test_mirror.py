"""What is copied out of a build on Spark into the build file; no Spark is needed to see it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from dagster_project.config import PROJECT_ROOT
from dagster_project.spark.mirror import copy_small_tables
from dagster_project.warehouse import Workspace, connect
from tests.companies import bring_parsed_project

SCORECARD = PROJECT_ROOT / "dbt_project" / "models" / "kpi" / "scorecard.yml"


def test_small_tables_that_were_built_come_with_their_descriptions_and_facts_stay(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "warehouse")
    workspace.create()
    bring_parsed_project(workspace)
    (model,) = yaml.safe_load(SCORECARD.read_text(encoding="utf-8"))["models"]
    described = {column["name"]: column["description"].strip() for column in model["columns"]}
    for schema, name in (("kpi", "scorecard"), ("kpi", "benchmark"), ("core", "fct_ticket")):
        folder = workspace.spark / f"{schema}.db" / name
        folder.mkdir(parents=True)
        pq.write_table(pa.table({column: ["x"] for column in described}), folder / "part-0.parquet")
    copy_small_tables(workspace, {"scorecard", "fct_ticket"})
    with connect(workspace) as connection:
        tables = connection.execute("select table_name, comment from duckdb_tables()").fetchall()
        columns = connection.execute(
            "select column_name, trim(comment, chr(10)) from duckdb_columns() where not internal"
        ).fetchall()
    assert tables == [("scorecard", model["description"].strip())]
    assert dict(columns) == described
