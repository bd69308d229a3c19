"""What is known of a customer at a cut: nothing that came later."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from dagster_project.analysis.churn.features import CUSTOMERS, FEATURES
from tests.unit.analysis.declared_warehouse import declared_warehouse

# The current week begins on 29 June 2026; the cut before it, 13 weeks earlier, on 30 March.
WEEKS = pd.date_range("2025-03-31", "2026-06-29", freq="7D").strftime("%Y-%m-%d")
CALENDAR = {
    "core.as_of": [{"as_of": "2026-06-30 12:00", "as_of_date": "2026-06-30", "reporting_time_zone": "Europe/Berlin"}],
    "core.dim_period": [{"period_grain": "week", "period_start": day} for day in WEEKS],
}
EMPTY: dict[str, list[dict[str, Any]]] = {
    f"core.{table}": []
    for table in (
        "dim_customer",
        "fct_customer_activity",
        "fct_order",
        "fct_usage_event",
        "fct_ticket",
        "fct_ticket_activity",
        "fct_survey_response",
    )
}


def runs(*spans: tuple[str, str], customer: str = "c") -> list[dict[str, Any]]:
    return [
        {"customer_key": customer, "period_grain": "week", "first_period_start": first, "last_period_start": last}
        for first, last in spans
    ]


def at_cut(cut_on: str, **facts: list[dict[str, Any]]) -> pd.DataFrame:
    warehouse = declared_warehouse(CALENDAR | EMPTY | {f"core.{table}": rows for table, rows in facts.items()})
    customers = warehouse.execute(CUSTOMERS).df()
    return customers[customers["cut_on"] == cut_on].set_index("customer_key")


TICKET = {"ticket_key": "t", "customer_key": "c", "is_counted": True, "created_at": "2026-03-23 10:00"}
ANSWER = {"customer_key": "c", "is_counted": True, "question": "overall"}
BEFORE: dict[str, list[dict[str, Any]]] = {
    "dim_customer": [{"customer_key": "c", "signup_at": "2025-09-28 00:00"}],
    "fct_customer_activity": runs(("2025-12-01", "2025-12-08"), ("2026-03-02", "2026-03-16")),
    "fct_order": [{"customer_key": "c", "ordered_on": "2026-03-16"}],
    "fct_usage_event": [{"customer_key": "c", "occurred_on": "2026-03-02"}],
    "fct_ticket": [TICKET],
    "fct_ticket_activity": [],
    "fct_survey_response": [
        ANSWER | {"survey_response_key": "a1", "responded_at": "2026-03-10 10:00", "score": 4, "score_1_to_5": 4}
    ],
}


def test_features_count_what_came_before_the_cut() -> None:
    (customer,) = at_cut("2026-03-30", **BEFORE).to_dict("records")
    expected = {
        "weeks_active_of_13": 3,  # three weeks of March; the two of December are before 29 December
        "weeks_active_of_26": 5,
        "weeks_since_active": 1,  # the last active week ended on 23 March
        "tenure_weeks": 26,  # 182 days
        "orders_of_26_weeks": 1,
        "weeks_since_order": 2,
        "uses_of_13_weeks": 1,
        "tickets_of_26_weeks": 1,
        # Until the cut at local midnight, 22:00 UTC on 29 March, nobody had answered: 6 days and 12 hours.
        "last_ticket_wait_log_minutes": pytest.approx(9.144307),  # ln 9361
        "last_ticket_rework_steps": 0,
        "last_ticket_unsolved": 1,
        "last_csat_score": 4,
    }
    assert {name: customer[name] for name in expected} == expected
    assert customer["is_silent"]


def test_nothing_that_happens_after_the_cut_changes_a_feature() -> None:
    later = BEFORE | {
        "dim_customer": [BEFORE["dim_customer"][0] | {"churned_at": "2026-05-01 00:00", "plan": "none"}],
        "fct_customer_activity": runs(
            ("2025-12-01", "2025-12-08"), ("2026-03-02", "2026-03-16"), ("2026-04-06", "2026-06-29")
        ),
        "fct_order": [*BEFORE["fct_order"], {"customer_key": "c", "ordered_on": "2026-03-30"}],
        "fct_usage_event": [*BEFORE["fct_usage_event"], {"customer_key": "c", "occurred_on": "2026-04-06"}],
        "fct_ticket": [
            TICKET
            | {
                "first_assigned_at": "2026-03-30 07:00",
                "first_response_at": "2026-03-30 08:00",
                "first_response_minutes": 9960.0,
                "first_solved_at": "2026-03-31 08:00",
                "is_solved": True,
                "reopen_count": 2,
                "is_transferred": True,
            },
            TICKET | {"ticket_key": "t2", "created_at": "2026-04-07 10:00"},
        ],
        "fct_ticket_activity": [
            {"ticket_key": "t", "activity": activity, "occurred_at": "2026-04-02 10:00"}
            for activity in ("reopened", "escalated", "team changed")
        ],
        "fct_survey_response": [
            *BEFORE["fct_survey_response"],
            ANSWER | {"survey_response_key": "a2", "responded_at": "2026-04-02 10:00", "score": 1, "score_1_to_5": 1},
        ],
    }
    as_known_then, as_known_now = at_cut("2026-03-30", **BEFORE), at_cut("2026-03-30", **later)
    pd.testing.assert_frame_equal(as_known_then[list(FEATURES)], as_known_now[list(FEATURES)])
    assert as_known_then["is_silent"].tolist() == [True]
    assert as_known_now["is_silent"].tolist() == [False]


def test_a_run_that_spans_the_cut_counts_up_to_it() -> None:
    (customer,) = at_cut(
        "2026-03-30",
        dim_customer=[{"customer_key": "c"}],
        fct_customer_activity=runs(("2026-03-23", "2026-06-29")),
    ).to_dict("records")
    assert (customer["weeks_active_of_13"], customer["weeks_since_active"], customer["is_silent"]) == (1, 0, False)


def test_who_was_silent_before_or_is_known_to_have_left_is_not_scored() -> None:
    people = {"stays": None, "left_yesterday": "2026-06-29 12:00", "leaves_next_year": "2027-01-01 00:00"}
    active = [run for customer in people for run in runs(("2026-06-15", "2026-06-29"), customer=customer)]
    long_silent = runs(("2026-01-05", "2026-01-12"), customer="long_silent")
    customers = at_cut(
        "2026-06-29",
        dim_customer=[
            *({"customer_key": key, "churned_at": at} for key, at in people.items()),
            {"customer_key": "long_silent"},
        ],
        fct_customer_activity=active + long_silent,
    )
    assert set(customers.index) == {"stays", "leaves_next_year"}
    assert customers["is_silent"].isna().all()  # nobody knows yet
