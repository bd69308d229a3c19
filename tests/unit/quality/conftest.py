"""A warehouse and its suites from a few lines of SQL and YAML."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dagster_project.quality.gate import CheckResult, run_gate
from dagster_project.quality.suites import load_suites

Check = Callable[..., dict[str, CheckResult]]


@pytest.fixture
def make_database(tmp_path: Path) -> Callable[[str], Path]:
    def make(sql: str, name: str = "warehouse.duckdb") -> Path:
        path = tmp_path / name
        with duckdb.connect(str(path)) as connection:
            connection.execute("create schema core; create schema staging;" + sql)
        return path

    return make


@pytest.fixture
def write_suite(tmp_path: Path) -> Callable[..., Path]:
    """Write a suite; returns the folder of suites."""

    def write(expectations: str, *, layer: str = "core", table: str = "ticket", key: str = "[ticket_key]") -> Path:
        file = tmp_path / "expectations" / layer / f"{table}.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        listed = textwrap.indent(textwrap.dedent(expectations).strip(), "  ")
        file.write_text(f"description: For a test.\nkey: {key}\nexpectations:\n{listed}\n", encoding="utf-8")
        return tmp_path / "expectations"

    return write


@pytest.fixture
def check(make_database: Callable[[str], Path], write_suite: Callable[..., Path]) -> Check:
    """Run one suite of core.ticket against tables made by SQL; results by check name."""

    def run(sql: str, expectations: str, *, key: str = "[ticket_key]") -> dict[str, CheckResult]:
        folder = write_suite(expectations, key=key)
        return {result.check: result for result in run_gate(make_database(sql), load_suites(folder, "core"))}

    return run
