"""The engine Spark: every layer of a run built and asked in one Spark session, its tables as Parquet in the workspace.

All tables stand below `spark/`, `<schema>.db/<table>/*.parquet`, where the next build may keep them. Published tables
other than facts are copied into the build file, layer by layer, so that a version is made as ever; the files of facts
are linked beside its exports. pyspark is imported when the session is opened, for a run that builds nothing does
without it.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project import increment
from dagster_project.config import ConfigError, Settings
from dagster_project.dbt_build import DbtError, NodeResult, build
from dagster_project.increment import Affected
from dagster_project.pseudonyms import pseudonym_key
from dagster_project.quality.expectations import Suite
from dagster_project.quality.gate import CheckResult, run_gate
from dagster_project.raw import Streams
from dagster_project.spark.mirror import copy_small_tables, empty_build_file
from dagster_project.warehouse import Workspace

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from pyspark.sql import SparkSession

    from dagster_project.engine import Table
    from dagster_project.spark.connection import Reader
    from dagster_project.texts.store import Counts


class Spark:
    """See `dagster_project.engine.Engine`."""

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        self._settings = settings
        self._workspace = workspace
        self._opened = ExitStack()
        self._is_incremental = False

    @cached_property
    def _session(self) -> SparkSession:
        from dagster_project.spark.functions import register
        from dagster_project.spark.session import spark_session

        spark = self._settings.spark
        assert spark is not None  # the settings were checked when they were loaded
        session = self._opened.enter_context(spark_session(spark.master, self._workspace.spark, spark.conf))
        register(session, pseudonym_key(self._settings))
        return session

    def map(self, streams: Streams) -> list[str]:
        from dagster_project.spark import keeping
        from dagster_project.spark.raw import create_raw_views

        # A cluster that is not there, or a mapping that does not fit, leaves the build before as it is.
        warnings = create_raw_views(self._session, self._settings, streams)
        parts = increment.landed_parts(streams)
        self._is_incremental = keeping.plan(self._session, self._workspace, self._settings, parts)
        empty_build_file(self._workspace)
        return warnings

    def forget(self) -> None:
        raise DbtError("target spark: a selection of assets cannot be built, only all; run the job `careloop`")

    def build(self, selection: Sequence[str], progress: Callable[[str], None]) -> list[NodeResult]:
        results = build(
            self._settings,
            self._workspace,
            selection,
            progress,
            target="spark",
            is_incremental=self._is_incremental,
        )
        if not any(result.failed for result in results):
            built = {result.unique_id.rpartition(".")[-1] for result in results if result.resource_type == "model"}
            copy_small_tables(self._workspace, built)
        return [replace(result, message=_without_plan(result.message)) for result in results]

    def row_counts(self, tables: Sequence[Table]) -> dict[Table, int]:
        written = [table for table in tables if self._session.catalog.getTable(".".join(table)).tableType != "VIEW"]
        if not written:
            return {}
        counts = " union all ".join(
            f"select {index} as place, count(*) as row_count from {schema}.{name}"
            for index, (schema, name) in enumerate(written)
        )
        return {written[index]: count for index, count in self._session.sql(counts).collect()}

    def read_texts(self) -> Counts:
        from dagster_project.spark.texts import read_texts

        return read_texts(self._session)

    def run_gate(self, suites: Sequence[Suite], parameters: Mapping[str, float | str]) -> list[CheckResult]:
        from dagster_project.spark.connection import SparkConnection

        return run_gate(SparkConnection(self._session), suites, parameters=parameters)

    def complete(self) -> Affected:
        from dagster_project.spark import keeping

        return keeping.complete(self._session, self._workspace)

    def reader(self, connection: duckdb.DuckDBPyConnection) -> Reader:
        from dagster_project.spark.connection import SparkConnection

        return SparkConnection(self._session)

    def take_in(self, connection: duckdb.DuckDBPyConnection, table: Table) -> None:
        schema, name = table
        self._session.sql(f"create schema if not exists {schema}")
        rows = connection.sql(f"from {schema}.{name}").to_arrow_table()
        self._session.createDataFrame(rows).write.saveAsTable(f"{schema}.{name}", mode="overwrite")

    def answers(self, queries: Mapping[str, str]) -> Mapping[str, pa.Table]:
        from dagster_project.spark.connection import SparkConnection

        asked = SparkConnection(self._session)
        return {name: asked.execute(sql).to_arrow_table() for name, sql in queries.items()}

    def large_tables(self) -> dict[str, Path]:
        return {f"core.{folder.name}": folder for folder in sorted((self._workspace.spark / "core.db").glob("fct_*"))}

    def close(self) -> None:
        self._opened.close()


def demand_installed(settings: Settings) -> None:
    """Raise ConfigError where Spark's part or Java is missing."""
    what_to_do = "docs/scale-out.md says what to install; `--target duckdb` needs neither"
    if importlib.util.find_spec("pyspark") is None:
        raise ConfigError(
            f"{settings.config_file}: target spark needs the extra `spark`, found no pyspark; {what_to_do}"
        )
    if "JAVA_HOME" not in os.environ and shutil.which("java") is None:
        raise ConfigError(f"{settings.config_file}: target spark needs Java 17 or 21, found no `java`; {what_to_do}")


def _without_plan(message: str) -> str:
    """Say what failed without Spark's plan of the statement, which takes pages."""
    return message.strip().split("\n'")[0].split("\n\n")[0]
