"""Frames become tables exactly as declared, or not at all."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from dagster_project.analysis.tables import TABLES, AnalysisError, write_table

TREND = {
    "kpi": ["csat_rate", "backlog"],
    "statistic": ["rate", "count"],
    "dimension": ["overall"] * 2,
    "dimension_value": ["all"] * 2,
    "weeks": [30, None],
    "level": [0.5, None],
    "slope_per_week": [0.0, None],
    "slope_low": [0.0, None],
    "slope_high": [0.0, None],
    "trend_strength": [0.0, None],
    "seasonal_strength": [0.0, None],
}


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def test_a_frame_is_written_with_declared_types_missing_values_and_comments(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert write_table(connection, "kpi_trend", pd.DataFrame(TREND)) == 2
    assert connection.execute("select kpi, weeks, level from analysis.kpi_trend").fetchall() == [
        ("backlog", None, None),
        ("csat_rate", 30, 0.5),
    ]
    (comment,) = connection.execute("select comment from duckdb_tables()").fetchone() or ()
    assert comment == TABLES["kpi_trend"].description
    assert ("weeks", "BIGINT") in {row[:2] for row in connection.execute("describe analysis.kpi_trend").fetchall()}


def test_an_empty_frame_makes_an_empty_table_of_the_declared_types(connection: duckdb.DuckDBPyConnection) -> None:
    assert write_table(connection, "kpi_trend", pd.DataFrame(columns=list(TREND))) == 0
    assert ("level", "DOUBLE") in {row[:2] for row in connection.execute("describe analysis.kpi_trend").fetchall()}


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (pd.DataFrame(TREND).drop(columns="level"), "missing columns: level; columns not declared: none"),
        (pd.DataFrame(TREND).assign(surplus=1), "missing columns: none; columns not declared: surplus"),
        (pd.DataFrame(TREND).assign(weeks="many"), "column weeks is declared as bigint"),
        (pd.DataFrame(TREND).assign(weeks=1.5), "column weeks is declared as bigint"),
    ],
)
def test_what_is_not_as_declared_is_refused_and_the_table_before_it_stays(
    connection: duckdb.DuckDBPyConnection, frame: pd.DataFrame, said: str
) -> None:
    write_table(connection, "kpi_trend", pd.DataFrame(TREND))
    with pytest.raises(AnalysisError, match=said):
        write_table(connection, "kpi_trend", frame)
    assert connection.execute("select count(*) from analysis.kpi_trend").fetchall() == [(2,)]


def test_every_declared_table_has_a_key_of_its_columns_a_grain_and_described_columns() -> None:
    for table in TABLES.values():
        assert table.description.startswith(("One row per ", "One row: ")), table.name
        assert set(table.key) <= {column.name for column in table.columns}, table.name
        assert all(column.description for column in table.columns), table.name
