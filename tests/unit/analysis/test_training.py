"""Whether a course helped, on made-up agents whose change is known."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dagster_project.analysis.training import CELLS, analyse, comparable, effect_of
from tests.unit.analysis.declared_warehouse import declared_warehouse

COURSES = pd.DataFrame(
    [
        {
            "course": course,
            "kpi": "csat_rate",
            "direction": "higher",
            "unit": "rate",
            "minimum_sample": 20,
            "window_days": 90,
        }
        for course in ("Listening", "Writing")
    ]
)


def cells(course: str = "Listening", *, gain: float, agents: int = 16, cases: int = 40, seed: int = 1) -> pd.DataFrame:
    """Half of the agents are trained; everybody falls by 0.1 after, and agents differ."""
    random = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for agent in range(agents):
        is_trained, level = agent % 2 == 0, random.normal(0.6, 0.1)
        for is_after in (False, True):
            rate = level + is_after * (gain * is_trained - 0.1) + random.normal(0, 0.02)
            rows.append(
                {
                    "course": course,
                    "kpi": "csat_rate",
                    "cohort": "2026-01-01 T1",
                    "agent_key": f"agent-{agent}",
                    "is_trained": is_trained,
                    "is_after": is_after,
                    "channel": "phone",
                    "n": cases,
                    "total": cases * rate,
                }
            )
    return pd.DataFrame(rows)


def test_the_effect_is_what_changed_for_the_trained_and_not_for_their_colleagues() -> None:
    made = cells(gain=0.3)
    means = made.assign(mean=made["total"] / made["n"]).groupby(["is_trained", "is_after"])["mean"].mean()
    by_hand = (means[True, True] - means[True, False]) - (means[False, True] - means[False, False])
    assert effect_of(made).value == pytest.approx(by_hand)


def test_a_course_that_helps_is_found_and_one_that_does_not_is_not() -> None:
    both = pd.concat([cells(gain=0.3), cells("Writing", gain=0.0, seed=2)])
    found = analyse(COURSES, both)["training_effect_test"].set_index("course")
    assert found.loc["Listening", "verdict"] == "improved"
    assert found.loc["Listening", "effect_low"] < 0.3 < found.loc["Listening", "effect_high"]
    assert found.loc["Writing", "verdict"] == "inconclusive"
    assert (found["corrected_p_value"] >= found["p_value"]).all()


def test_answers_are_compared_within_their_channel() -> None:
    # Everybody's satisfaction is 0.9 by e-mail and 0.5 on the phone; the trained answer e-mails afterwards.
    made = cells(gain=0.0)
    moved = made["is_trained"] & made["is_after"]
    made["channel"] = np.where(moved | (made["agent_key"] == "agent-1"), "email", "phone")
    made["total"] = made["n"] * np.where(made["channel"] == "email", 0.9, 0.5)
    phone_too = made[moved].assign(channel="phone", total=0.5 * made["n"])
    assert effect_of(pd.concat([made, phone_too])).value == pytest.approx(0, abs=1e-9)


def test_agents_without_cases_on_both_sides_are_not_compared() -> None:
    made = cells(gain=0.3)
    made = made[~((made["agent_key"] == "agent-0") & made["is_after"])]
    assert "agent-0" not in set(comparable(made)["agent_key"])


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (cells(gain=0.3, agents=6), "3 trained and 3 untrained agents"),
        (cells(gain=0.3, cases=2), "16 cases on one side; 20 are needed"),
        (cells(gain=0.3)[:0], "0 trained and 0 untrained agents"),
    ],
)
def test_too_few_agents_or_cases_say_so(made: pd.DataFrame, told: str) -> None:
    found = analyse(COURSES, made)["training_effect_test"]
    assert set(found["verdict"]) == {"too few"}
    assert told in found.loc[0, "reason"]


def test_a_company_without_courses_has_no_tests() -> None:
    assert analyse(COURSES[:0], cells(gain=0.3)[:0])["training_effect_test"].empty


def test_the_cells_are_what_agents_did_in_the_windows_of_complete_cohorts() -> None:
    def cohort(course: str, month: int, agent: str, is_trained: bool) -> dict[str, Any]:
        completed = dt.date(2026, month, 10)
        window = {"before_from": completed - dt.timedelta(30), "after_to": completed + dt.timedelta(30)}
        who = {"course": course, "cohort_month": completed.replace(day=1), "team_key": "t", "agent_key": agent}
        return (
            who | window | {"first_completed_on": completed, "last_completed_on": completed, "is_trained": is_trained}
        )

    def outcome(kind: str, case: str, day: dt.date, value: float) -> dict[str, Any]:
        return {
            "agent_key": "ann",
            "team_key": "t",
            "outcome": kind,
            "case_key": case,
            "counted_on": day,
            "value": value,
        }

    before, after = dt.date(2026, 3, 1), dt.date(2026, 3, 20)
    rows = {
        "core.as_of": [{"as_of_date": dt.date(2026, 5, 1)}],
        "core.fct_training_group": [cohort("Listening", 3, "ann", True), cohort("Writing", 4, "ann", True)],
        "core.fct_survey_response": [{"survey_response_key": "s1", "channel": "phone", "score_1_to_5": 4.5}],
        "core.fct_ticket": [{"ticket_key": "t1", "channel": "chat"}],
        "core.fct_agent_outcome": [
            outcome("answer", "s1", before, 1.0),
            outcome("first_response", "t1", after, math.e),
            outcome("first_response", "t1", dt.date(2026, 3, 10), 99.0),
            outcome("working_day", "d1", after, 1.0),
            outcome("solve", "t1", after, 1.0),
            outcome("solve", "t2", after, 1.0),
        ],
    }
    with declared_warehouse(rows) as warehouse:
        found = warehouse.execute(
            f"select course, kpi, is_after, channel, n, total from ({CELLS}) where course = 'Listening' order by all"
        ).fetchall()
        assert warehouse.execute(f"select count(*) from ({CELLS}) where course = 'Writing'").fetchone() == (0,)
    assert found == [
        ("Listening", "agent_throughput", True, "all", 1, 2.0),
        ("Listening", "csat_mean", False, "phone", 1, 4.5),
        ("Listening", "csat_rate", False, "phone", 1, 1.0),
        ("Listening", "first_response_minutes", True, "chat", 1, pytest.approx(1.0)),
    ]
