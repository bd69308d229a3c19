"""The project's own suites: they load, cover the warehouse, hold on empty tables, and fail where all is wrong.

The tables are made from the columns that dbt declares, so a suite about a column that is gone fails here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from dagster_project.config import PROJECT_ROOT
from dagster_project.contract import ENTITIES, Entity
from dagster_project.quality.expectations import Expectation, Suite
from dagster_project.quality.gate import CheckResult, run_gate
from dagster_project.quality.suites import load_suites

FOLDER = PROJECT_ROOT / "expectations"
MODELS = PROJECT_ROOT / "dbt_project" / "models"
LAYERS = ("staging", "core", "kpi", "quality")
SUITES = [suite for layer in LAYERS for suite in load_suites(FOLDER, layer)]
PARAMETERS = {"max_quarantined_rate": 0.05}

# Checks that no single row violates, so that there are no keys to show.
ABOUT_THE_WHOLE_TABLE = {
    "unknown_member_is_there",
    "as_many_as_accepted",
    "counts_add_up_to_the_overall_count",
    "days_add_up_to_the_month",
    "most_texts_are_classified",
    "parts_add_up_to_the_whole",
    "something_was_accepted",
}

CONTRACT_TYPES = {
    "text": "varchar",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "instant": "timestamp",
}
# dbt does not declare the types of the quality models; by the ends of their columns' names:
QUALITY_TYPES = {"_rows": "bigint", "_lines": "bigint", "_rate": "double", "_behind": "double", "_at": "timestamp"}
BREAKAGE = Path(__file__).with_name("everything_wrong.sql")


def _declared(layer: str) -> dict[str, dict[str, str]]:
    """Table → column → type, of the models of a layer that lie directly in its folder."""
    tables = {}
    for file in (MODELS / layer).glob("*.yml"):
        for model in yaml.safe_load(file.read_text(encoding="utf-8"))["models"]:
            tables[model["name"]] = {column["name"]: _type(column) for column in model["columns"]}
    return tables


def _type(column: dict[str, Any]) -> str:
    by_name = [kind for end, kind in QUALITY_TYPES.items() if column["name"].endswith(end)]
    return str(column.get("data_type") or (by_name or ["varchar"])[0])


def _staged(entity: Entity) -> dict[str, str]:
    columns = {f"{entity.singular}_key": "varchar", "source": "varchar"}
    for column in entity.columns.values():
        for parent in column.references:
            stem = column.name.removesuffix("_id")
            own = f"{stem}_key" if len(column.references) == 1 else f"{stem}_{ENTITIES[parent].singular}_key"
            columns[own] = "varchar"
        if not column.personal:
            columns[column.name] = CONTRACT_TYPES[column.data_type]
    return columns


TABLES = {("staging", f"stg_{entity.name}"): _staged(entity) for entity in ENTITIES.values()} | {
    (layer, table): columns for layer in ("core", "kpi", "quality") for table, columns in _declared(layer).items()
}


def empty_warehouse(path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(path))
    for schema in (*LAYERS, "seed"):
        connection.execute(f"create schema {schema}")
    for (schema, table), columns in TABLES.items():
        listed = ", ".join(f'"{name}" {"varchar" if kind == "string" else kind}' for name, kind in columns.items())
        connection.execute(f"create table {schema}.{table} ({listed})")
    for seed in ("kpis", "customer_activities"):
        file = PROJECT_ROOT / "seeds" / f"{seed}.csv"
        connection.execute(f"create table seed.{seed} as from read_csv('{file}', header = true)")
    return connection


def _id(result: CheckResult) -> str:
    return f"{result.layer}.{result.table}.{result.check}"


def test_every_staged_entity_every_dimension_and_fact_and_every_mart_has_a_suite() -> None:
    owed = {key for key in TABLES if key[0] in ("staging", "kpi") or key[1].startswith(("dim_", "fct_"))}
    assert len(owed) > 30
    assert owed - {(suite.layer, suite.table) for suite in SUITES} == set()


def test_every_expectation_says_its_risk_in_a_sentence_of_its_own_and_every_table_can_stop_a_run() -> None:
    for suite in SUITES:
        risks = [expectation.meta.risk for expectation in suite.expectations]
        assert all(risk[0].isupper() and risk.endswith(".") and len(risk.split()) > 4 for risk in risks), suite.table
        assert len(set(risks)) == len(risks), suite.table
        assert 2 <= len(suite.expectations) <= 24, suite.table
        assert any(expectation.severity == "critical" for expectation in suite.expectations), suite.table


def test_no_suite_names_rows_by_personal_data() -> None:
    personal = {column.name for entity in ENTITIES.values() for column in entity.columns.values() if column.personal}
    assert [suite.table for suite in SUITES if personal & set(suite.key)] == []


def test_an_empty_warehouse_fulfils_every_expectation(tmp_path: Path) -> None:
    empty_warehouse(tmp_path / "empty.duckdb").close()
    results = run_gate(tmp_path / "empty.duckdb", SUITES, parameters=PARAMETERS)
    assert [(_id(result), result.message) for result in results if result.outcome != "passed"] == []
    assert len(results) == sum(len(suite.expectations) for suite in SUITES)


def test_a_warehouse_in_which_everything_is_wrong_violates_every_expectation(tmp_path: Path) -> None:
    connection = empty_warehouse(tmp_path / "wrong.duckdb")
    for suite in SUITES:
        for expectation in suite.expectations:
            _violate(connection, suite, expectation)
    connection.execute(BREAKAGE.read_text(encoding="utf-8"))
    connection.close()
    results = run_gate(tmp_path / "wrong.duckdb", SUITES, parameters=PARAMETERS)
    assert [(_id(result), result.outcome, result.message) for result in results if result.outcome != "failed"] == []
    assert {result.check for result in results if not result.sample_keys} == ABOUT_THE_WHOLE_TABLE


def _something(suite: Suite, column: str) -> str:
    return {"date": "2024-01-01", "bigint": "7"}.get(TABLES[suite.layer, suite.table][column], "twice")


def _violate(connection: duckdb.DuckDBPyConnection, suite: Suite, expectation: Expectation) -> None:
    """Insert rows that violate an expectation about columns; those of rows queries stand in everything_wrong.sql."""
    kwargs = expectation.kwargs
    wrong: list[dict[str, Any]]
    match expectation.type:
        case "expect_column_values_to_not_be_null":
            wrong = [{kwargs["column"]: None}]
        case "expect_column_values_to_be_unique":
            wrong = [{kwargs["column"]: _something(suite, kwargs["column"])}] * 2
        case "expect_compound_columns_to_be_unique":
            wrong = [{kwargs["column_list"][0]: _something(suite, kwargs["column_list"][0])}] * 2
        case "expect_column_values_to_be_in_set":
            numbers = all(isinstance(value, int) for value in kwargs["value_set"])
            wrong = [{kwargs["column"]: 99 if numbers else "nonsense"}]
        case "expect_column_values_to_be_between":
            lower = kwargs.get("min_value")
            wrong = [{kwargs["column"]: 1e9 if lower is None else lower - 1}]
        case "expect_column_value_lengths_to_be_between":
            wrong = [{kwargs["column"]: "x" * (kwargs["max_value"] + 1)}]
        case "unexpected_rows_expectation":
            wrong = []
        case kind:
            pytest.fail(f"say how to violate {kind}")
    for row in wrong:
        names = ", ".join(f'"{name}"' for name in row)
        connection.execute(f"insert into {suite.relation} ({names}) values (?)", list(row.values()))
