"""Analyses that read each other's tables."""

from __future__ import annotations

from graphlib import CycleError

import pytest

from dagster_project.analysis.analysis import Analysis, in_order


def analysis(name: str, reads: str) -> Analysis:
    return Analysis(name, name, {"rows": f"select * from {reads}"}, (name,), lambda rows: {name: rows})


def test_an_analysis_runs_after_those_whose_tables_it_reads_however_they_are_listed() -> None:
    alert, driver, anomaly = analysis("a", "analysis.b"), analysis("b", "analysis.c"), analysis("c", "kpi.kpi_value")
    for listed in ([alert, driver, anomaly], [driver, anomaly, alert]):
        assert [it.name for it in in_order(listed)] == ["c", "b", "a"]


def test_analyses_that_read_each_other_are_refused() -> None:
    with pytest.raises(CycleError):
        in_order([analysis("a", "analysis.b"), analysis("b", "analysis.a")])
