"""Rules of the house that a reader can break without noticing."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dagster_project.analysis.tables import TABLES
from dagster_project.config import PROJECT_ROOT
from dagster_project.contract import ENTITIES
from dagster_project.pages import data_dictionary, sources
from dagster_project.quality.suites import load_suites
from dagster_project.yaml_file import read_declared

MODELS = PROJECT_ROOT / "dbt_project" / "models"
SQL = sorted(MODELS.rglob("*.sql"))
REF = re.compile(r"ref\(\s*'([a-z_0-9]+)'\s*\)")
UNIQUE = ("expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique")
NOT_NULL = "expect_column_values_to_not_be_null"
GATED_LAYERS = ("staging", "quality", "core", "kpi")
SEEDS = {path.stem for path in (PROJECT_ROOT / "seeds").glob("*.csv")}


LAYERS = {path.stem: path.relative_to(MODELS).parts[0] for path in SQL}
# What lies in folders of these are parts of marts.
PUBLISHED = {path.stem for path in SQL if path.parent in (MODELS / "core", MODELS / "kpi")}


def layer_of(model: str) -> str:
    return LAYERS[model]


# What a layer may read; core facts may read core dimensions and facts.
ALLOWED = {
    "staging": {"staging"},
    "quality": {"staging", "quality"},
    "intermediate": {"staging", "quality", "intermediate"},
    "core": {"staging", "intermediate", "core"},
    "kpi": {"core", "kpi"},
}


@pytest.mark.parametrize("path", SQL, ids=lambda path: path.stem)
def test_a_model_reads_only_the_layers_before_it(path: Path) -> None:
    layer = path.relative_to(MODELS).parts[0]
    read = {layer_of(model) for model in REF.findall(path.read_text()) if model not in SEEDS}
    assert read <= ALLOWED[layer]


@pytest.mark.parametrize("path", SQL, ids=lambda path: path.stem)
def test_a_model_names_no_engine_and_none_of_its_own_functions(path: Path) -> None:
    # These differ between engines and go through a macro (see PORTABLE_SQL).
    engine_only = (
        r"\b(epoch_us|strftime|isodow|timezone|generate_series|unnest|regexp_matches|arg_max|asof|exclude|hash)\b"
    )
    assert not re.search(engine_only + r"|duckdb|spark", path.read_text(), re.IGNORECASE)


@cache
def described_models() -> dict[str, dict[str, Any]]:
    models = [model for path in MODELS.rglob("*.yml") for model in read_declared(path).get("models", [])]
    return {str(model["name"]): model for model in models}


def test_every_model_says_its_grain_in_its_first_sentence() -> None:
    described = described_models()
    assert {path.stem for path in SQL} == set(described)
    for name, model in described.items():
        assert str(model["description"]).startswith(("One row per ", "One row: ")), name


@cache
def published_marts() -> dict[str, dict[str, Any]]:
    return {name: model for name, model in described_models().items() if name in PUBLISHED}


def test_every_published_mart_has_a_contract_and_described_columns() -> None:
    for name, model in published_marts().items():
        assert model["config"] == {"contract": {"enforced": True}}, name
        assert all(column["description"] for column in model["columns"]), name


SUITES = {suite.table: suite for layer in GATED_LAYERS for suite in load_suites(PROJECT_ROOT / "expectations", layer)}


def test_the_key_of_every_published_table_and_staged_entity_is_asked_about_in_one_place() -> None:
    # By an expectation, which names rows; by dbt where the table has none for it. Both would take a pass each.
    staged = {f"stg_{entity}" for entity in ENTITIES}
    for name, model in described_models().items():
        if name not in published_marts() and name not in staged and layer_of(name) != "quality":
            continue
        by_dbt = {
            frozenset(it["is_key"]["arguments"]["columns"]) for it in model.get("data_tests", []) if "is_key" in it
        }
        expectations = SUITES[name].expectations if name in SUITES else ()
        by_suite = {frozenset(it.columns) for it in expectations if it.type in UNIQUE and it.severity == "critical"}
        assert by_dbt or by_suite, f"{name}: nothing asks whether its rows have a key"
        assert not by_dbt & by_suite, f"{name}: dbt asks what an expectation asks again"
        filled = {column for it in expectations if it.type == NOT_NULL for column in it.columns}
        filled |= {it["name"] for it in model.get("columns", []) if {"type": "not_null"} in it.get("constraints", [])}
        if name in SUITES and frozenset(SUITES[name].key) in by_suite:
            assert set(SUITES[name].key) <= filled, f"{name}: nothing asks whether its key is filled"


def registry() -> list[dict[str, str]]:
    with (PROJECT_ROOT / "seeds" / "kpis.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_registry_and_the_kpi_models_name_the_same_kpis() -> None:
    registered = {row["kpi"] for row in registry() if row["mart"] == "kpi_value"}
    modelled = {path.stem.removeprefix("kpi_") for path in (MODELS / "kpi" / "values").glob("*.sql")}
    assert modelled == registered


def test_a_kpi_of_a_mart_of_its_own_is_a_column_of_that_mart() -> None:
    described = described_models()
    for row in registry():
        if row["mart"] != "kpi_value":
            if row["mart"] in TABLES:
                # An analysis is a table of its own, or a column of one.
                columns = {column.name for column in TABLES[row["mart"]].columns} | {row["mart"]}
            else:
                assert (MODELS / "kpi" / f"{row['mart']}.sql").exists(), f"{row['kpi']} names no mart: {row['mart']}"
                columns = {column["name"] for column in described[row["mart"]]["columns"]}
            assert row["kpi"] in columns, f"{row['mart']} has no column {row['kpi']}"


def test_every_entity_of_the_contract_is_staged() -> None:
    for entity in ENTITIES:
        assert {f"{kind}_{entity}.sql" for kind in ("typed", "stg", "quarantine")} == {
            path.name for path in (MODELS / "staging" / entity).glob("*.sql")
        }


@pytest.mark.parametrize("page", [data_dictionary, sources])
def test_a_generated_page_is_up_to_date(page: ModuleType) -> None:
    assert page.TARGET.read_text(encoding="utf-8") == page.content(), "run `make docs`"


def test_the_lock_names_no_download_address() -> None:
    lock = (PROJECT_ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--index" not in lock
