"""Great Expectations at work: suites in, results out. The only module that imports it; nothing imports this one early.

Checks run inside the engine as SQL, which is DuckDB's; a Spark session has it translated. Great Expectations is asked
for counts and for the query of the violating rows, never for their values, so that no value of the data gets into a
record; the keys of a few rows are fetched from here.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import duckdb
import great_expectations as gx
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metadata_types import FailureSeverity

from dagster_project.quality import dialect
from dagster_project.quality.expectations import Expectation, Suite
from dagster_project.quality.findings import finding, undecided
from dagster_project.quality.gate import CheckResult
from dagster_project.quality.kinds import COLUMN_EXISTS, QUERY
from dagster_project.quoting import literal

if TYPE_CHECKING:
    from dagster_project.spark.connection import Reader, SparkConnection


class CountedRows(UnexpectedRowsExpectation):
    """A rows query that runs once, for the number of its rows; the original runs it again to fetch them."""

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

    def _validate(self, metrics: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        count = metrics["unexpected_rows_query.row_count"]
        return {"success": count == 0, "result": {"observed_value": count}}


def validate(
    warehouse: Path | SparkConnection, suites: Sequence[Suite], settings: Mapping[str, str]
) -> list[CheckResult]:
    """Do what `gate.run_gate` promises."""
    opened = _file(warehouse, settings) if isinstance(warehouse, Path) else _session(warehouse)
    with opened as (connection, datasource):
        return [result for suite in suites for result in _results(connection, datasource, suite)]


@contextmanager
def _file(database: Path, settings: Mapping[str, str]) -> Iterator[tuple[Reader, Any]]:
    """Open a connection and a data source of Great Expectations, on one DuckDB instance; close both at the end."""
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set global TimeZone = 'UTC'; set global autoinstall_known_extensions = false")
        for name, value in settings.items():
            connection.execute(f"set {name} = {literal(value)}")
        with _datasource(dialect.ADDRESS, {"database": str(database)}) as datasource:
            yield connection, datasource


@contextmanager
def _session(connection: SparkConnection) -> Iterator[tuple[Reader, Any]]:
    """Open a data source of Great Expectations on the Spark session that this process has open."""
    from dagster_project.spark import dialect as on_spark

    with _datasource(on_spark.ADDRESS, {}) as datasource:
        yield connection, datasource


@contextmanager
def _datasource(address: str, connect_args: dict[str, str]) -> Iterator[Any]:
    quiet = DataContextConfig(
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
    )
    context: Any = gx.get_context(mode="ephemeral", project_config=quiet)
    datasource = context.data_sources.add_sql(
        "warehouse",
        connection_string=address,
        create_temp_table=False,
        kwargs={"connect_args": connect_args},
    )
    try:
        yield datasource
    finally:
        for engine in (datasource.get_engine(), datasource.get_execution_engine().engine):
            engine.dispose()


def _results(connection: Reader, datasource: Any, suite: Suite) -> list[CheckResult]:
    obstacles = _obstacles(connection, suite)
    built, answers = [], {}
    for expectation in suite.expectations:
        try:
            if expectation.check not in obstacles:
                built.append(_built(suite, expectation))
        except Exception as error:  # whatever it is, the expectation was not checked, and that must be said
            obstacles[expectation.check] = str(error)
    try:
        answers = _answers(datasource, suite, built) if built else {}
    except Exception as error:  # the same, for the whole table
        obstacles = {expectation.check: str(error) for expectation in suite.expectations} | obstacles
    results = []
    for expectation in suite.expectations:
        obstacle = obstacles.get(expectation.check)
        try:
            if obstacle is None:
                results.append(finding(connection, suite, expectation, answers.get(expectation.check)))
        except duckdb.Error as error:
            obstacle = f"the keys of violating rows cannot be read: {error}"
        if obstacle is not None:
            results.append(undecided(suite, expectation, obstacle))
    return results


def _obstacles(connection: Reader, suite: Suite) -> dict[str, str]:
    """Say why checks cannot be made, by check: a table or a column that is not there."""
    try:
        columns = [name for name, *_ in connection.execute(f"describe {suite.relation}").fetchall()]
    except duckdb.Error as error:
        return {expectation.check: str(error) for expectation in suite.expectations}
    obstacles = {}
    for expectation in suite.expectations:
        named = [] if expectation.type == COLUMN_EXISTS else expectation.columns
        missing = [column for column in [*suite.key, *named] if column not in columns]
        if missing:
            obstacles[expectation.check] = f"there is no column {', '.join(missing)}; there are {', '.join(columns)}"
    return obstacles


def _built(suite: Suite, expectation: Expectation) -> Any:
    """Build the expectation for Great Expectations; `meta` brings back to which one an answer belongs."""
    kind, kwargs = expectation.type, expectation.kwargs
    query = suite.query(expectation)
    if query is not None:
        # The table is put in here because Great Expectations would put in a subquery, with an alias or without.
        # Braces and colons are escaped, which it and SQLAlchemy would read as placeholders. It prints a complaint
        # about a query without {batch}: this one prints nothing of it, being cut to no characters.
        query = query.replace("{", "{{").replace("}", "}}").replace(":", "\\:")
        kind, kwargs = "counted_rows", {QUERY: query + "{batch:.0}"}
    return ExpectationConfiguration(
        type=kind,
        kwargs=kwargs,
        meta={"check": expectation.check},
        severity=FailureSeverity(expectation.severity),
    ).to_domain_obj()


def _answers(datasource: Any, suite: Suite, expectations: list[Any]) -> dict[str, Any]:
    """Ask Great Expectations about one table; its answers by check."""
    name = f"{suite.layer}.{suite.table}"
    datasource.assets.clear()  # each asset that is added writes down all that there are
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of schema_name, for servers with one schema a connection
        asset = datasource.add_table_asset(name, table_name=suite.table, schema_name=suite.layer)
    batch = asset.add_batch_definition_whole_table(name).get_batch()
    validated = batch.validate(
        gx.ExpectationSuite(name=name, expectations=expectations),
        result_format={
            "result_format": "BASIC",
            "partial_unexpected_count": 0,
            "return_unexpected_index_query": True,
            "unexpected_index_column_names": list(suite.key),
        },
    )
    return {result.expectation_config.meta["check"]: result for result in validated.results}
