"""Sample sizes against the textbook's table, and what is said where too little is known."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from dagster_project.analysis.survey_plan import STRATA, analyse
from tests.unit.analysis.declared_warehouse import declared_warehouse


def plan(*strata: dict[str, Any]) -> list[dict[str, Any]]:
    known = {"wanted_margin_of_error": 0.05, "delivered": 0, "answered": 0, "answers": 0, "satisfied": 0}
    frame = pd.DataFrame([{"stratification": "segment", "stratum": "s"} | known | it for it in strata])
    return list(analyse(frame)["survey_plan"].to_dict("records"))


@pytest.mark.parametrize(("population", "answers"), [(100, 80), (1_000, 278), (10_000, 370), (1_000_000, 384)])
def test_answers_needed_for_five_points_are_those_of_the_textbooks_table(population: int, answers: int) -> None:
    # 1.959964^2 x 0.25 / 0.0025 = 384.15, divided by 1 + 383.15 / population, rounded up.
    (row,) = plan({"population": population, "delivered": 100, "answered": 40})
    assert (row["needed_answers"], row["expected_csat_rate"]) == (answers, 0.5)


def test_invitations_make_up_for_those_who_do_not_answer() -> None:
    # 150 of 196 + 4 answers expected satisfied, 0.75 with two added each way: 288.11 / (1 + 287.11 / 10000) = 280.07.
    (row,) = plan({"population": 10_000, "delivered": 800, "answered": 200, "answers": 196, "satisfied": 148})
    assert (row["expected_csat_rate"], row["needed_answers"]) == (0.75, 281)
    assert (row["expected_response_rate"], row["needed_invitations"]) == (0.25, 1124)
    assert row["reached_margin_of_error"] <= 0.05
    assert (row["verdict"], row["reason"]) == ("enough customers", None)


def test_a_stratum_too_small_for_the_margin_is_asked_whole_and_the_margin_it_gives_is_said() -> None:
    (row,) = plan({"population": 1000, "delivered": 100, "answered": 25})
    # 250 answers of 1,000: 1.959964 x sqrt(0.25 / 250 x 750 / 999) = 0.053703.
    assert (row["needed_invitations"], row["verdict"]) == (1000, "too few customers")
    assert row["reached_margin_of_error"] == pytest.approx(0.053703, abs=1e-6)


def test_a_stratum_without_answers_is_named_and_planned_by_the_others_response_rate() -> None:
    silent, _ = plan(
        {"stratum": "silent", "population": 5000, "delivered": 3},
        {"stratum": "talkative", "population": 5000, "delivered": 97, "answered": 20, "answers": 20, "satisfied": 10},
    )
    assert (silent["expected_response_rate"], silent["expected_csat_rate"]) == (0.2, 0.5)
    assert silent["reason"] == (
        "nobody of the stratum has answered yet; 3 invitations tell no response rate: that of all strata is used"
    )


def test_without_any_invitation_only_the_answers_are_planned() -> None:
    (row,) = plan({"population": 5000, "answers": 30, "satisfied": 13})
    assert row["needed_answers"] == 353  # 384.15 x 4 x (15 / 34) x (19 / 34) = 378.83, and of 5,000 customers 352.2
    assert pd.isna(row["needed_invitations"])
    assert (row["verdict"], row["reason"]) == ("response rate not known", "no invitation to any stratum was answered")


def test_a_company_without_surveys_has_an_empty_plan() -> None:
    assert analyse(pd.DataFrame({"stratification": [], "stratum": []}))["survey_plan"].empty


def test_the_query_takes_customers_of_the_latest_complete_month_and_answers_of_twelve() -> None:
    months = [f"{year}-{month:02}-01" for year, month in [(2025, m) for m in range(1, 13)] + [(2026, 1), (2026, 2)]]
    counts = {"delivered": 10, "answered": 5, "answers": 4, "satisfied": 3}
    strata = [
        {"period_grain": "month", "period_start": day, "stratification": "segment", "stratum": "vip", "population": n}
        | counts
        for n, day in enumerate(months)
    ]
    gone = {"period_grain": "month", "period_start": "2025-03-01", "stratification": "segment", "stratum": "gone"}
    warehouse = declared_warehouse(
        {
            "kpi.survey_stratum": [*strata, gone | counts | {"population": 9}],
            "core.dim_period": [
                {"period_grain": "month", "period_start": day, "is_complete": day < "2026-02"} for day in months
            ],
        }
    )
    columns = "stratum, population, delivered, answered, answers, satisfied"
    assert warehouse.execute(f"select {columns} from ({STRATA})").fetchall() == [("vip", 12, 120, 60, 48, 36)]
