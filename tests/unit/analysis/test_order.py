"""Analyses that read each other's tables, in any order, and rows that come in any order."""

from __future__ import annotations

from graphlib import CycleError

import duckdb
import pytest

from dagster_project.analysis.analysis import Analysis, in_order
from dagster_project.analysis.exact import exact_mean, exact_sum


def analysis(name: str, reads: str) -> Analysis:
    return Analysis(name, name, {"rows": f"select * from {reads}"}, (name,), lambda rows: {name: rows})


def test_an_analysis_runs_after_those_whose_tables_it_reads_however_they_are_listed() -> None:
    alert, driver, anomaly = analysis("a", "analysis.b"), analysis("b", "analysis.c"), analysis("c", "kpi.kpi_value")
    for listed in ([alert, driver, anomaly], [driver, anomaly, alert]):
        assert [it.name for it in in_order(listed)] == ["c", "b", "a"]


def test_analyses_that_read_each_other_are_refused() -> None:
    with pytest.raises(CycleError):
        in_order([analysis("a", "analysis.b"), analysis("b", "analysis.a")])


def test_rows_reach_statistics_in_the_order_of_their_columns_whatever_order_the_engine_has_them_in() -> None:
    rows = [(2, "b"), (1, "b"), (None, "a"), (1, "a")]
    for order in (rows, rows[::-1]):
        listed = ", ".join(f"({number or 'null'}, '{text}')" for number, text in order)
        query = f"select * from (values {listed}) as t (number, text)"
        made = Analysis("a", "a", {"rows": query}, ("a",), lambda rows: {"a": rows}).run(duckdb.connect())["a"]
        assert made["text"].tolist() == ["a", "b", "b", "a"]
        assert made["number"].tolist()[:3] == [1, 1, 2]


def test_a_sum_and_a_mean_are_the_same_in_any_order_of_rows() -> None:
    values = [0.1, 0.2, 0.3, 1e15, -1e15, None]
    for order in (values, values[::-1]):
        listed = ", ".join(f"({'null' if it is None else it})" for it in order)
        wanted = f"{exact_sum('x')}, {exact_mean('x')}, 1 / {exact_mean('x', 'filter (where x < 0)')}"
        found = duckdb.execute(f"select {wanted} from (values {listed}) as t (x)").fetchall()
        assert found == [(0.6, 0.12, -1e-15)]
