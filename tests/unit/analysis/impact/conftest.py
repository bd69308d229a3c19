"""A company without rows, for the queries of the analysis."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import pytest

from dagster_project.analysis.impact.measures import measures
from dagster_project.analysis.tables import TABLES
from tests.unit.analysis.declared_warehouse import declared_warehouse

READ = ("core.dim_initiative", "core.dim_team")


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every table that has cases of a KPI, no guardrails and risks, and 15 June 2026 as as-of date."""
    relations = sorted({measure.relation for measure in measures().values()} | set(READ))
    as_of = {"as_of_date": dt.date(2026, 6, 15), "reporting_time_zone": "Europe/Berlin"}
    with declared_warehouse({relation: [] for relation in relations} | {"core.as_of": [as_of]}) as connection:
        for seed in ("initiative_guardrails", "initiative_risks"):
            connection.execute(f"create table {seed} as from seed.{seed} limit 0; drop view seed.{seed}")
            connection.execute(f"create table seed.{seed} as from {seed}")
        columns = ", ".join(f"{it.name} {it.data_type}" for it in TABLES["initiative_window"].columns)
        connection.execute(f"create schema analysis; create table analysis.initiative_window ({columns})")
        yield connection
