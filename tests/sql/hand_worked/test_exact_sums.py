"""No figure is added up in an order that threads decide: a sum of doubles differs in its last digits with that order.

The engine's own plans say of what type each aggregate's values are: of dbt's models, analyses and the report's queries.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.defs.analysis import ANALYSES
from dagster_project.report import datasets

# Of doubles in any order these make the same; every other aggregate has to be of whole numbers or decimals.
WHATEVER_THE_ORDER = {"min", "max", "count", "median", "quantile_cont", "quantile_disc", "min_by", "max_by"}
# Plans that read files or Python's tables cannot be written down; these rename and type, and count.
READ_FILES = ("typed_", "row_account")


def added_up_inexactly(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    """Name the aggregates whose result depends on the order of rows, by the plan of a query."""
    (plan,) = connection.execute("select json_serialize_plan(?::varchar)", [query]).fetchone() or ()
    found = []

    def look(node: dict[str, Any]) -> dict[str, Any]:
        if node.get("type") in ("BOUND_AGGREGATE", "WINDOW_AGGREGATE"):
            name, types = node["qname"]["path"][-1], {argument["id"] for argument in node["arguments"]}
            if types & {"DOUBLE", "FLOAT"} and name not in WHATEVER_THE_ORDER:
                found.append(name)
        return node

    assert not json.loads(plan, object_hook=look)["error"], plan
    return found


@pytest.fixture(scope="module")
def build(hand_worked_workspace: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build file, with what a page asks for beside it."""
    with duckdb.connect(str(hand_worked_workspace / "build.duckdb"), read_only=True) as connection:
        datasets.aggregate_facts(connection, {})
        datasets.name_largest_values(connection, 12)
        yield connection


def test_what_depends_on_the_order_is_seen_and_what_does_not_is_let_through(build: duckdb.DuckDBPyConnection) -> None:
    plain = "select sum(x), avg(x), sum(x) over (order by x), max(x) from (values (0.1::double)) as t (x) group by x"
    assert added_up_inexactly(build, plain) == ["sum", "avg", "sum"]
    assert added_up_inexactly(build, "select sum(x), avg(x) from (values (1), (2)) as t (x)") == []


def test_no_model_adds_doubles_up(build: duckdb.DuckDBPyConnection, hand_worked_workspace: Path) -> None:
    models = {it.stem: it.read_text() for it in (hand_worked_workspace / "dbt" / "target" / "compiled").rglob("*.sql")}
    assert {"fct_ticket", "kpi_value", "survey_stratum"} < models.keys()
    found = {model: added_up_inexactly(build, sql) for model, sql in models.items() if not model.startswith(READ_FILES)}
    assert {model: names for model, names in found.items() if names} == {}


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda it: it.name)
def test_no_analysis_asks_for_sums_of_doubles(build: duckdb.DuckDBPyConnection, analysis: Any) -> None:
    found = {name: added_up_inexactly(build, query) for name, query in analysis.inputs.items()}
    assert {name: names for name, names in found.items() if names} == {}


def test_no_page_shows_sums_of_doubles(build: duckdb.DuckDBPyConnection) -> None:
    found = {name: added_up_inexactly(build, datasets.query(name).replace("$run", "''")) for name in datasets.names()}
    assert {name: names for name, names in found.items() if names} == {}
