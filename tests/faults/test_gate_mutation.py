"""The gates themselves are tested: for each expectation, data that breaks it and nothing else makes exactly it fail.

Each expectation about columns is broken in one row of a table whose other rows and values are sound. What a rows query
looks for is broken by `everything_wrong.sql`, one table at a time in a warehouse that is empty otherwise.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.quality.expectations import Expectation, Suite
from dagster_project.quality.gate import run_gate
from dagster_project.quality.kinds import ROWS_QUERY
from tests.unit.quality.test_project_suites import BREAKAGE, PARAMETERS, SUITES, TABLES, empty_warehouse

STATEMENTS = [it.strip() for it in re.split(r";\s*(?:--[^\n]*)?\n", BREAKAGE.read_text()) if "insert into" in it]
ABOUT_COLUMNS = [
    (suite, expectation) for suite in SUITES for expectation in suite.expectations if expectation.type != ROWS_QUERY
]
EVERY = pytest.param(1, marks=pytest.mark.full, id="every expectation")


def _sound(suite: Suite, column: str, number: int) -> Any:
    """Make a value that no expectation about the column minds, another one for each number where any will do."""
    data_type = TABLES[suite.layer, suite.table][column]
    for expectation in suite.expectations:
        kwargs = expectation.kwargs
        if kwargs.get("column") != column:
            continue
        if "value_set" in kwargs:
            return kwargs["value_set"][number % len(kwargs["value_set"])]
        if expectation.type == "expect_column_value_lengths_to_be_between":
            return str(number).rjust(kwargs.get("min_value") or 1, "x")
        if expectation.type == "expect_column_values_to_be_between" and data_type not in ("date", "timestamp"):
            bounds = [kwargs[name] for name in ("min_value", "max_value") if isinstance(kwargs.get(name), int | float)]
            return bounds[0] if bounds else 0
    match data_type:
        case "date" | "timestamp":
            return f"2024-01-{number + 1:02}"
        case "boolean":
            return "true"
        case "varchar" | "string":
            return str(number)
        case _:
            return number


def _broken(expectation: Expectation, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Break an expectation in the last of some sound rows."""
    kwargs, (*others, last) = expectation.kwargs, rows
    match expectation.type:
        case "expect_column_values_to_not_be_null":
            wrong: dict[str, Any] = {kwargs["column"]: None}
        case "expect_column_values_to_be_unique":
            wrong = {kwargs["column"]: rows[0][kwargs["column"]]}
        case "expect_compound_columns_to_be_unique":
            wrong = {name: rows[0][name] for name in kwargs["column_list"]}
        case "expect_column_values_to_be_in_set":
            wrong = {kwargs["column"]: 99 if isinstance(kwargs["value_set"][0], int) else "nonsense"}
        case "expect_column_values_to_be_between":
            lower = kwargs.get("min_value")
            wrong = {kwargs["column"]: 1e9 if lower is None else lower - 1}
        case "expect_column_value_lengths_to_be_between":
            wrong = {kwargs["column"]: "x" * (kwargs["max_value"] + 1)}
        case kind:
            pytest.fail(f"say how to break {kind}")
    return [*others, {**last, **wrong}]


def _failed(database: Path, suite: Suite, rows: list[dict[str, Any]]) -> set[str]:
    """Say which expectations about columns fail on a table of these rows."""
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"delete from {suite.relation}")
        for row in rows:
            names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
            connection.execute(f"insert into {suite.relation} ({names}) values ({marks})", list(row.values()))
    about_columns = [it for it in suite.expectations if it.type != ROWS_QUERY]
    only = suite.model_copy(update={"expectations": about_columns})
    results = run_gate(database, [only], parameters=PARAMETERS)
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"delete from {suite.relation}")
    return {result.check for result in results if result.outcome != "passed"}


@pytest.mark.parametrize("step", [EVERY, pytest.param(20, id="one in twenty")])
def test_what_breaks_an_expectation_about_columns_breaks_exactly_that_one(tmp_path: Path, step: int) -> None:
    database = tmp_path / "warehouse.duckdb"
    empty_warehouse(database).close()
    for suite, expectation in itertools.islice(ABOUT_COLUMNS, 0, None, step):
        columns = TABLES[suite.layer, suite.table]
        rows = [{column: _sound(suite, column, number) for column in columns} for number in range(2)]
        assert _failed(database, suite, rows) == set(), suite.relation
        found = _failed(database, suite, _broken(expectation, rows))
        assert found == {expectation.check}, suite.relation


def test_each_rows_query_finds_what_is_wrong_in_a_warehouse_that_is_empty_otherwise(tmp_path: Path) -> None:
    # Asked of DuckDB directly: that a gate counts the rows of a query is tested beside it.
    connection = empty_warehouse(tmp_path / "warehouse.duckdb")
    queries = {
        f"{suite.layer}.{suite.table}.{it.check}": suite.bound(PARAMETERS).query(it)
        for suite in SUITES
        for it in suite.expectations
        if it.type == ROWS_QUERY
    }
    tables = sorted({_table(statement) for statement in STATEMENTS})
    caught: dict[str, set[str]] = {}
    for table in tables:
        for statement in STATEMENTS:
            if _table(statement) == table:
                connection.execute(statement)
        caught[table] = {
            name for name, sql in queries.items() if connection.execute(f"from ({sql}) limit 1").fetchall()
        }
        connection.execute(f"delete from {table}")
    # What is wrong only beside rows of another table is broken with all others in test_project_suites.py.
    missed = queries.keys() - set().union(*caught.values())
    alone = {name for name in missed if not _others_named(name, str(queries[name]))}
    assert len(missed) < len(queries) / 4
    # What misses a row that has to be among others is broken by any other row, such as one that counts nothing.
    for name in alone:
        layer, table, _ = name.split(".")
        numbers = [column for column, kind in TABLES[layer, table].items() if kind in ("bigint", "integer", "double")]
        connection.execute(f"insert into {layer}.{table} default values")
        for column in numbers:
            connection.execute(f'update {layer}.{table} set "{column}" = 0')
    assert {name for name in alone if not connection.execute(f"from ({queries[name]}) limit 1").fetchall()} == set()


def _others_named(name: str, query: str) -> set[str]:
    """Say which tables a query reads besides the one that its expectation is about."""
    named = re.findall(r'"?\b(staging|core|kpi|quality|seed)"?\."?(\w+)', query)
    return {f"{layer}.{table}" for layer, table in named} - {name.rpartition(".")[0]}


def _table(statement: str) -> str:
    found = re.search(r"insert into (\S+)", statement)
    assert found is not None
    return found[1]
