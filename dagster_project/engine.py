"""What builds a run's tables and answers about them: DuckDB, in the build file; the other engine is spark/engine.py.

What belongs here: what the steps of the job ask of an engine. On either, small tables come to stand in the build file,
of which a version is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dagster_project import increment
from dagster_project.config import Settings
from dagster_project.dbt_build import NodeResult, build
from dagster_project.increment import Affected
from dagster_project.quality.expectations import Suite
from dagster_project.quality.gate import CheckResult, run_gate
from dagster_project.raw import Streams, create_raw_views
from dagster_project.warehouse import Workspace, connect, engine_settings

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from dagster_project.spark.connection import Reader
    from dagster_project.texts.store import Counts

Table = tuple[str, str]
"""Schema and name."""


class Engine(Protocol):
    """The engine of one run; used in the order of its methods."""

    def map(self, streams: Streams) -> list[str]:
        """Make the views over what is landed, and see what of the build before can be kept; returns warnings.

        Raises:
            MappingError: a mapping does not fit to what is landed.
        """

    def forget(self) -> None:
        """Keep nothing of the build before.

        Raises:
            DbtError: there is nothing that a selection of assets could be built upon.
        """

    def build(self, selection: Sequence[str], progress: Callable[[str], None]) -> list[NodeResult]:
        """Build nodes of dbt; see `dagster_project.dbt_build.build`."""

    def row_counts(self, tables: Sequence[Table]) -> dict[Table, int]:
        """Count the rows of tables and views, as far as that is cheap."""

    def read_texts(self) -> Counts:
        """Read what is new among the texts, each text once."""

    def run_gate(self, suites: Sequence[Suite], parameters: Mapping[str, float | str]) -> list[CheckResult]:
        """Run suites; see `dagster_project.quality.gate.run_gate`."""

    def complete(self) -> Affected:
        """Note that all layers are built; returns how much was worked out again."""

    def reader(self, connection: duckdb.DuckDBPyConnection) -> Reader:
        """Return what analyses ask, given a connection at the build file."""

    def take_in(self, connection: duckdb.DuckDBPyConnection, table: Table) -> None:
        """Let later queries find a table that was written to the build file."""

    def answers(self, queries: Mapping[str, str]) -> Mapping[str, pa.Table]:
        """Answer queries over tables that do not stand in the build file; none where all do."""

    def large_tables(self) -> dict[str, Path]:
        """Name the folders of Parquet files of published tables that are not in the build file, by schema.table."""

    def close(self) -> None:
        """Let go of everything; called however the run ends."""


class DuckDB:
    """The engine that is there without further ado; see `Engine`."""

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        self._settings = settings
        self._workspace = workspace

    def map(self, streams: Streams) -> list[str]:
        with connect(self._workspace) as connection:
            warnings = create_raw_views(connection, self._settings, streams)
            increment.plan(connection, self._settings, increment.landed_parts(streams))
        return warnings

    def forget(self) -> None:
        with connect(self._workspace) as connection:
            increment.forget(connection)

    def build(self, selection: Sequence[str], progress: Callable[[str], None]) -> list[NodeResult]:
        is_incremental = increment.is_incremental(self._workspace)
        return build(self._settings, self._workspace, selection, progress, is_incremental=is_incremental)

    def row_counts(self, tables: Sequence[Table]) -> dict[Table, int]:
        if not tables:
            return {}
        counts = " union all ".join(
            f"select {index}, (select count(*) from {schema}.{name})" for index, (schema, name) in enumerate(tables)
        )
        with connect(self._workspace, read_only=True) as connection:
            return {tables[index]: count for index, count in connection.execute(counts).fetchall()}

    def read_texts(self) -> Counts:
        from dagster_project.texts import store

        with connect(self._workspace) as connection:
            return store.read_texts(connection)

    def run_gate(self, suites: Sequence[Suite], parameters: Mapping[str, float | str]) -> list[CheckResult]:
        settings = engine_settings(self._workspace)
        return run_gate(self._workspace.build_file, suites, parameters=parameters, settings=settings)

    def complete(self) -> Affected:
        with connect(self._workspace) as connection:
            return increment.complete(connection)

    def reader(self, connection: duckdb.DuckDBPyConnection) -> Reader:
        return connection

    def take_in(self, connection: duckdb.DuckDBPyConnection, table: Table) -> None:
        """Do nothing: it is where queries look."""

    def answers(self, queries: Mapping[str, str]) -> Mapping[str, pa.Table]:
        return {}

    def large_tables(self) -> dict[str, Path]:
        return {}

    def close(self) -> None:
        """Do nothing: connections are closed where they are opened."""


def engine_of(settings: Settings, workspace: Workspace) -> Engine:
    """Return the engine that the settings name; it is opened when it is first asked for something.

    Raises:
        ConfigError: it is not installed.
    """
    if settings.target == "duckdb":
        return DuckDB(settings, workspace)
    from dagster_project.spark.engine import Spark, demand_installed

    demand_installed(settings)
    return Spark(settings, workspace)
