"""The gates beside the queries that they ask, asked directly of the same build file.

The queries are listened to where Great Expectations hands them to DuckDB. What the gates add to them is Great
Expectations itself, and the words and keys of what it found.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
from rich.console import Console
from sqlalchemy import Engine, event

from dagster_project.defs.gates import EXPECTATIONS, GATES
from dagster_project.quality.gate import run_gate
from dagster_project.quality.suites import load_suites
from dagster_project.quoting import literal
from dagster_project.summary import table
from dagster_project.warehouse import engine_settings
from tests.bench.company import Company
from tests.bench.measuring import medians

Queries = list[tuple[str, Any]]


def measure(company: Company) -> None:
    """Run all gates on the build file, and what they ask of it, in turn; print medians."""
    company.be_built()
    workspace, settings = company.workspace, company.settings
    suites = [suite for layers in GATES.values() for layer in layers for suite in load_suites(EXPECTATIONS, layer)]
    checks = sum(len(suite.expectations) for suite in suites)

    def gates() -> None:
        run_gate(
            workspace.build_file,
            suites,
            parameters={"max_quarantined_rate": settings.max_quarantined_rate},
            settings=engine_settings(workspace),
        )

    def directly() -> None:
        with duckdb.connect(str(workspace.build_file), read_only=True) as connection:
            for name, value in engine_settings(workspace).items():
                connection.execute(f"set {name} = {literal(value)}")
            for sql, parameters in queries:
                connection.execute(sql, parameters).fetchall()

    # Which also imports Great Expectations, once a process.
    with _listened() as queries:
        gates()
    found = medians({"gates": gates, "their queries directly": directly})
    lines = [(name, round(it.seconds, 2), round(it.cpu_seconds, 2)) for name, it in found.items()]
    ratio = [it.cpu_seconds for it in found.values()]
    console = Console()
    title = f"{checks} checks on {len(suites)} tables, {len(queries)} queries: medians of {found['gates'].rounds}"
    console.print(table(title, ("what", "seconds", "CPU seconds"), lines))
    console.print(f"gates / their queries directly, CPU seconds: {ratio[0] / ratio[1]:.2f}")


@contextmanager
def _listened() -> Iterator[Queries]:
    queries: Queries = []

    def hear(*heard: Any) -> None:
        _, _, statement, parameters, *_ = heard
        queries.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield queries
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
