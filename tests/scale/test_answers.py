"""Gates and analyses ask in DuckDB's SQL: asked of the same tables, a Spark session answers what DuckDB does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from dagster_project.config import PROJECT_ROOT
from dagster_project.defs.analysis import ANALYSES
from dagster_project.defs.gates import EXPECTATIONS, GATED_LAYERS
from dagster_project.quality.gate import run_gate
from dagster_project.quality.suites import load_suites
from dagster_project.sample import generate
from dagster_project.spark.connection import SparkConnection
from dagster_project.spark.session import spark_session
from tests.scale.runs import SMALL, built_on_duckdb

pytestmark = pytest.mark.scale
SUITES = [suite for layer in GATED_LAYERS for suite in load_suites(EXPECTATIONS, layer)]
PARAMETERS = {"max_quarantined_rate": 0.05}
READ = ("staging", "seed", "personal", *GATED_LAYERS)


@pytest.fixture(scope="module")
def build_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    generate(folder / "sample", tickets=500)
    config = folder / "careloop.yml"
    config.write_text((PROJECT_ROOT / "careloop.yml").read_text(encoding="utf-8"), encoding="utf-8")
    return built_on_duckdb(config)


@pytest.fixture(scope="module")
def spark(build_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session that has the tables that DuckDB built."""
    folder = tmp_path_factory.mktemp("copied")
    with duckdb.connect(str(build_file), read_only=True) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables where list_contains(?, table_schema)",
            [list(READ)],
        ).fetchall()
        for schema, table in tables:
            connection.execute(f"copy (from {schema}.{table}) to '{folder}/{schema}.{table}.parquet' (format parquet)")
    with spark_session("local[2]", folder / "warehouse", SMALL) as session:
        for schema in READ:
            session.sql(f"create schema if not exists {schema}")
        for schema, table in tables:
            file = folder / f"{schema}.{table}.parquet"
            session.sql(f"create table {schema}.{table} using parquet location '{file}'")
        yield session


def test_every_expectation_finds_the_same(build_file: Path, spark: Any) -> None:
    here = run_gate(build_file, SUITES, parameters=PARAMETERS)
    there = run_gate(SparkConnection(spark), SUITES, parameters=PARAMETERS)
    assert [it.message for it in there if it.outcome == "error"] == []
    assert there == here


def test_an_expectation_that_fails_names_the_same_keys(build_file: Path, spark: Any) -> None:
    # All else holds here: each table's expectations are turned round by looking for what is there.
    (suite,) = [it for it in SUITES if (it.layer, it.table) == ("core", "fct_ticket")]
    rows = "select ticket_key from {batch} where reopen_count > 0"
    asked = suite.expectations[0].model_copy(
        update={"type": "unexpected_rows_expectation", "name": "reopened", "kwargs": {"unexpected_rows_query": rows}}
    )
    turned = suite.model_copy(update={"expectations": [asked]})
    here, there = run_gate(build_file, [turned]), run_gate(SparkConnection(spark), [turned])
    assert here[0].outcome == "failed"
    assert len(here[0].sample_keys) == 5
    assert there == here


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda it: it.name)
def test_an_analysis_is_given_the_same_rows(build_file: Path, spark: Any, analysis: Any) -> None:
    with duckdb.connect(str(build_file), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        here, there = (analysis.frames(reader) for reader in (connection, SparkConnection(spark)))
    for name, frame in here.items():
        pd.testing.assert_frame_equal(there[name], frame, check_dtype=False, rtol=1e-9, obj=f"{analysis.name}.{name}")
