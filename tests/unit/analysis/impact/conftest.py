"""A warehouse of empty tables, as the models declare them, for the SQL of the analysis."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
import yaml

from dagster_project.analysis.impact.measures import MODELS, measures
from dagster_project.analysis.tables import TABLES

READ = ("core.as_of", "core.dim_initiative", "core.dim_team")
TYPES = {"string": "varchar", "text": "varchar"}


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """Tables without rows, the registry's one row about initiatives, and 15 June 2026 as as-of date."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'; create schema core; create schema kpi; create schema seed")
        connection.execute("create schema analysis")
        for relation in sorted({measure.relation for measure in measures().values()} | set(READ)):
            schema, name = relation.split(".")
            (model,) = yaml.safe_load((MODELS / schema / f"{name}.yml").read_text(encoding="utf-8"))["models"]
            columns = ", ".join(
                f"{it['name']} {TYPES.get(it.get('data_type'), it.get('data_type'))}" for it in model["columns"]
            )
            connection.execute(f"create table {relation} ({columns})")
        connection.execute("create table seed.initiative_guardrails (initiative_key varchar, kpi varchar)")
        connection.execute(
            "create table seed.kpis as select * from (values "
            "('initiative_impact', 'higher', '', 4368, 30), ('first_response_minutes', 'lower', 'minutes', 0, 5), "
            "('csat_rate', 'higher', 'rate', 0, 20), ('reopen_rate', 'lower', 'rate', 336, 20)"
            ") as kpis (kpi, direction, unit, settle_window_hours, minimum_sample)"
        )
        columns = ", ".join(f"{it.name} {it.data_type}" for it in TABLES["initiative_window"].columns)
        connection.execute(f"create table analysis.initiative_window ({columns})")
        connection.execute(
            "insert into core.as_of by name select timestamp '2026-06-15 12:00:00' as as_of, "
            "date '2026-06-15' as as_of_date, 'Europe/Berlin' as reporting_time_zone"
        )
        yield connection
