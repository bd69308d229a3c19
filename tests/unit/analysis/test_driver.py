"""Drivers of answers whose effects are known, and what the query calls known before an answer."""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd
import pytest

from dagster_project.analysis.driver.answers import ANSWERS, DRIVERS
from dagster_project.analysis.driver.driver import analyse
from tests.unit.analysis.declared_warehouse import declared_warehouse

NAMES = [*DRIVERS["dimension"], *DRIVERS["operation"]]


def balanced(repeats: int = 20, answers_each: int = 1) -> pd.DataFrame:
    """Every combination of two drivers and of what nobody knows, equally often: nothing is left to chance."""
    rows = [
        {
            "customer": f"c{number}",
            "segment": "consumer",
            "overall": 3 + speed + 0.5 * quality + 0.25 * other,
            "response_speed": speed,
            "service_quality": quality,
        }
        for number, (speed, quality, other) in enumerate(itertools.product((-1.0, 1.0), repeat=3))
        for _ in range(answers_each)
    ]
    frame = pd.concat([pd.DataFrame(rows).assign(block=block) for block in range(repeats)], ignore_index=True)
    frame["customer"] += "/" + frame["block"].astype(str)
    return frame.drop(columns="block").reindex(columns=["customer", "segment", "overall", *NAMES])


def drivers(answers: pd.DataFrame, segment: str = "all") -> dict[str, dict[str, Any]]:
    table = analyse(answers)["driver"]
    return {row["driver"]: row for row in table[table["segment"] == segment].to_dict("records")}


def test_standardised_coefficients_are_the_effects_over_the_standard_deviation_of_the_answers() -> None:
    found = drivers(balanced())
    # Variance 1 + 0.25 + 0.0625 = 1.3125: 1 / 1.145644, 0.5 / 1.145644, and 1.25 / 1.3125 of it explained.
    assert found["response_speed"]["coefficient"] == pytest.approx(0.872872, abs=1e-6)
    assert found["service_quality"]["coefficient"] == pytest.approx(0.436436, abs=1e-6)
    assert found["response_speed"]["explained_share"] == pytest.approx(0.952381, abs=1e-6)
    assert found["response_speed"]["variance_inflation"] == pytest.approx(1)
    assert [found[it]["driver_rank"] for it in ("response_speed", "service_quality")] == [1, 2]
    assert {found[it]["verdict"] for it in ("response_speed", "service_quality")} == {"raises"}


def test_the_correlation_is_that_of_ranks() -> None:
    # Eight scores 1.25, 1.75, 2.25, 2.75 and 3.25 to 4.75, speed tells the halves apart: of the mean ranks 1..8 a
    # correlation of sqrt(3 x 64 / (4 x 63)) = sqrt(16 / 21).
    assert drivers(balanced())["response_speed"]["spearman"] == pytest.approx((16 / 21) ** 0.5)


def test_a_customer_who_answers_three_times_is_no_three_customers() -> None:
    once, thrice = (drivers(balanced(answers_each=number))["service_quality"] for number in (1, 3))
    assert thrice["model_answers"] == 3 * once["model_answers"]
    for figure in ("spearman", "coefficient"):
        widths = [it[f"{figure}_high"] - it[f"{figure}_low"] for it in (once, thrice)]
        assert widths[1] == pytest.approx(widths[0], rel=0.02)


def test_too_few_and_unknown_are_said_with_their_reason() -> None:
    found = drivers(balanced(repeats=8))
    assert found["response_speed"]["verdict"] == "too few"
    assert found["response_speed"]["reason"].startswith("64 customers with all drivers known, 66 needed")
    assert found["knowledge"]["reason"] == "not known of any answer"
    assert found["knowledge"]["answers"] == 0


def test_a_driver_that_was_seldom_asked_or_hardly_varies_does_not_shrink_the_model() -> None:
    answers = balanced()
    answers["attitude"] = answers["overall"].where(answers.index < 70)
    answers["knowledge"] = (answers.index < 9).astype(float)
    found = drivers(answers)
    assert found["response_speed"]["model_answers"] == len(answers)
    assert found["attitude"]["reason"] == "known of less than half of the answers"
    assert found["knowledge"]["reason"] == "the same for all answers but fewer than 10"


def test_two_drivers_that_always_agree_are_said_to_be_hard_to_tell_apart() -> None:
    found = drivers(balanced().assign(attitude=lambda it: it["response_speed"]))
    for name in ("response_speed", "attitude"):
        assert found[name]["variance_inflation"] > 1e6
        assert found[name]["reason"] == "hardly to be told apart from the others"
    assert found["service_quality"]["variance_inflation"] == pytest.approx(1)


def test_segments_stand_beside_the_whole() -> None:
    both = pd.concat([balanced(), balanced().assign(segment="vip", overall=lambda it: 6 - it["overall"])])
    assert drivers(both, "consumer")["response_speed"]["verdict"] == "raises"
    assert drivers(both, "vip")["response_speed"]["verdict"] == "lowers"


def test_a_company_without_answers_has_no_drivers() -> None:
    assert analyse(balanced().head(0))["driver"].empty


def test_only_what_happened_before_the_answer_counts() -> None:
    ticket = {"ticket_key": "t", "first_assigned_at": "2026-03-01 09:00", "first_response_minutes": 19.0}
    solved = {"first_resolution_minutes": 99.0, "agent_wait_minutes": 5.0, "on_hold_minutes": 4.0}
    answer = {"survey_id": "s", "customer_key": "c", "segment": "vip", "ticket_key": "t", "is_counted": True}
    at_noon = {"responded_at": "2026-03-03 12:00", "survey_invitation_key": "i"}
    steps = [
        ("team changed", "2026-03-01 08:00"),  # that was the first team
        ("escalated", "2026-03-02 08:00"),
        ("reopened", "2026-03-03 13:00"),  # because of the answer
    ]
    warehouse = declared_warehouse(
        {
            "core.fct_survey_response": [
                answer | at_noon | {"survey_response_key": "r1", "question": "overall", "score_1_to_5": 2},
                answer | at_noon | {"survey_response_key": "r2", "question": "attitude", "score_1_to_5": 4},
                answer | {"survey_response_key": "r3", "question": "knowledge", "score_1_to_5": 5},
            ],
            "core.fct_ticket": [
                ticket
                | solved
                | {
                    "first_response_at": "2026-03-01 09:30",
                    "first_solved_at": "2026-03-02 12:00",
                    "last_solved_at": "2026-03-04 12:00",
                }
            ],
            "core.fct_ticket_activity": [
                {"ticket_key": "t", "activity": activity, "occurred_at": at} for activity, at in steps
            ],
        }
    )
    (row,) = warehouse.execute(ANSWERS).df().to_dict("records")
    assert (row["overall"], row["attitude"]) == (2, 4)
    assert pd.isna(row["knowledge"])  # of another sitting
    assert row["first_response_minutes"] == pytest.approx(2.995732)  # ln 20
    assert row["first_resolution_minutes"] == pytest.approx(4.605170)  # ln 100
    assert pd.isna(row["on_hold_minutes"])  # measured up to the last solve, which came after
    assert (row["is_reopened"], row["is_transferred"], row["is_escalated"]) == (0, 0, 1)
