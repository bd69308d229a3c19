"""The suites of the analyses about customers: each expectation holds on empty tables and fails where it should."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from dagster_project.analysis.tables import TABLES, write_table
from dagster_project.config import PROJECT_ROOT
from dagster_project.quality.gate import run_gate
from dagster_project.quality.suites import load_suites

# Of every table rows in which everything is wrong; twice each, so that keys are not unique.
WRONG: dict[str, list[dict[str, Any]]] = {
    "driver": [
        {"segment": "all", "driver_group": "operation", "driver": "is_reopened", "verdict": "helps", "driver_rank": 7}
        | {"spearman": 0.5, "spearman_low": 0.6, "spearman_high": 0.7}
        | {"coefficient": 0.1, "coefficient_low": 0.2, "coefficient_high": 0.3},
        {"segment": "vip", "verdict": "too few"},
    ],
    "satisfaction_business_link": [
        {"period_grain": "month", "measure": "csat_mean", "outcome": "spend", "verdict": "negative"}
        | {"spearman": 0.5, "spearman_low": 0.6, "spearman_high": 0.7, "retention_of_lowest_third": 2.0}
    ],
    "churn_risk": [
        {"customer_key": "left", "churn_risk": 2.0, "risk_rank": 5},
        {"customer_key": "without a figure"},
    ],
    "churn_model": [
        {"verdict": "refused", "validation_customers": 3, "validation_churned": 1},
        {"scored_on": "2026-06-29", "verdict": "splendid"},
        {"scored_on": "2026-06-29", "verdict": "usable", "trained_on": "2026-03-30", "validated_on": "2026-03-30"}
        | {"auc_low": 0.4, "validation_churned": 1, "predicted_churned": 9.0},
    ],
    "churn_calibration": [
        {"risk_decile": 11, "customers": 9, "churned": 9, "predicted_rate": 2.0}
        | {"observed_rate": 1.0, "observed_low": 0.2, "observed_high": 0.3}
    ],
    "survey_plan": [
        {"stratification": "segment", "stratum": "vip", "population": 5, "delivered": 0, "answered": 0}
        | {"needed_answers": 6, "needed_invitations": 9, "verdict": "fine", "wanted_margin_of_error": 0.05}
    ],
}
SUITES = [suite for suite in load_suites(PROJECT_ROOT / "expectations", "analysis") if suite.table in WRONG]


def outcomes(path: Path, rows: dict[str, list[dict[str, Any]]]) -> dict[str, set[str]]:
    """Run the suites; what came out of each, and which expectations it came out of."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create schema kpi; create table kpi.customer_health (customer_key varchar, is_churned boolean)"
        )
        for table, given in rows.items():
            columns = {column.name: column.data_type for column in TABLES[table].columns}
            frame = pd.DataFrame(given * 2, columns=list(columns))
            for name, kind in columns.items():
                if kind == "date":
                    frame[name] = pd.to_datetime(frame[name])
            write_table(connection, table, frame)
    found: dict[str, set[str]] = {}
    for result in run_gate(path, SUITES, parameters={}):
        found.setdefault(result.outcome, set()).add(f"{result.table}: {result.check}")
    return found


def test_every_analysis_about_customers_has_a_suite() -> None:
    assert {suite.table for suite in SUITES} == set(WRONG)


def test_empty_tables_fulfil_every_expectation(tmp_path: Path) -> None:
    assert set(outcomes(tmp_path / "empty.duckdb", {table: [] for table in WRONG})) == {"passed"}


def test_tables_in_which_everything_is_wrong_violate_every_expectation(tmp_path: Path) -> None:
    found = outcomes(tmp_path / "wrong.duckdb", WRONG)
    assert {outcome: checks for outcome, checks in found.items() if outcome != "failed"} == {}
    assert sum(map(len, found.values())) == sum(len(suite.expectations) for suite in SUITES)
