"""`quality.gate_result`, as someone finds it who opens the warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pytest

from dagster_project.quality.gate import CheckResult
from dagster_project.quality.record import write_results

FAILED = CheckResult(
    layer="core",
    table="fct_ticket",
    check="not_null_customer_key",
    expectation_type="expect_column_values_to_not_be_null",
    column="customer_key",
    severity="critical",
    risk="Tickets vanish from every cut by segment.",
    outcome="failed",
    observed="3 of 8 rows",
    allowed="not null",
    unexpected_count=3,
    unexpected_rate=0.375,
    sample_keys=({"ticket_key": "T'2"}, {"ticket_key": None}),
    message="A sentence.",
)
ERROR = replace(
    FAILED, check="rows", column=None, outcome="error", unexpected_count=None, unexpected_rate=None, sample_keys=()
)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def test_results_are_written_whole(connection: duckdb.DuckDBPyConnection) -> None:
    write_results(connection, "run-1", "facts", [FAILED, ERROR])
    columns = [name for name, *_ in connection.execute("describe quality.gate_result").fetchall()]
    rows = connection.execute("from quality.gate_result order by check_name").fetchall()
    assert [dict(zip(columns, row, strict=True)) for row in rows] == [
        {
            "run_id": "run-1",
            "gate": "facts",
            "layer": "core",
            "table_name": "fct_ticket",
            "check_name": "not_null_customer_key",
            "expectation_type": "expect_column_values_to_not_be_null",
            "column_name": "customer_key",
            "severity": "critical",
            "risk": "Tickets vanish from every cut by segment.",
            "outcome": "failed",
            "observed": "3 of 8 rows",
            "allowed": "not null",
            "unexpected_count": 3,
            "unexpected_rate": 0.375,
            "sample_keys": """[{"ticket_key": "T'2"}, {"ticket_key": null}]""",
            "message": "A sentence.",
        },
        {
            "run_id": "run-1",
            "gate": "facts",
            "layer": "core",
            "table_name": "fct_ticket",
            "check_name": "rows",
            "expectation_type": "expect_column_values_to_not_be_null",
            "column_name": None,
            "severity": "critical",
            "risk": "Tickets vanish from every cut by segment.",
            "outcome": "error",
            "observed": "3 of 8 rows",
            "allowed": "not null",
            "unexpected_count": None,
            "unexpected_rate": None,
            "sample_keys": "[]",
            "message": "A sentence.",
        },
    ]
    key = connection.execute(
        "select sample_keys ->> '$[0].ticket_key' from quality.gate_result where column_name = 'customer_key'"
    )
    assert key.fetchall() == [("T'2",)]


def test_columns_that_are_all_empty_keep_their_types(connection: duckdb.DuckDBPyConnection) -> None:
    write_results(connection, "run-1", "facts", [ERROR])
    types = dict(connection.execute("select column_name, data_type from duckdb_columns()").fetchall())
    assert (types["column_name"], types["unexpected_count"], types["unexpected_rate"]) == (
        "VARCHAR",
        "BIGINT",
        "DOUBLE",
    )


def test_the_table_and_every_column_are_described(connection: duckdb.DuckDBPyConnection) -> None:
    write_results(connection, "run-1", "facts", [FAILED])
    assert connection.execute("select comment is not null from duckdb_tables()").fetchall() == [(True,)]
    undescribed = "select column_name from duckdb_columns() where not internal and comment is null"
    assert connection.execute(undescribed).fetchall() == []


def test_runs_and_gates_are_appended_and_a_retry_replaces_its_own(connection: duckdb.DuckDBPyConnection) -> None:
    write_results(connection, "run-1", "facts", [FAILED, ERROR])
    write_results(connection, "run-1", "marts", [FAILED])
    write_results(connection, "run-2", "facts", [FAILED])
    write_results(connection, "run-1", "facts", [replace(FAILED, outcome="passed")])
    found = connection.execute(
        "select run_id, gate, check_name, outcome from quality.gate_result order by all"
    ).fetchall()
    assert found == [
        ("run-1", "facts", "not_null_customer_key", "passed"),
        ("run-1", "facts", "rows", "error"),
        ("run-1", "marts", "not_null_customer_key", "failed"),
        ("run-2", "facts", "not_null_customer_key", "failed"),
    ]


def test_nothing_is_written_where_writing_fails(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema quality; create table quality.gate_result (run_id text)")
    with pytest.raises(duckdb.Error):
        write_results(connection, "run-1", "facts", [FAILED])
    assert connection.execute("from quality.gate_result").fetchall() == []
    connection.execute("insert into quality.gate_result values ('usable')")
