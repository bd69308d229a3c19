"""A world in which the risk of each customer is known, and worlds in which there is nothing to learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from dagster_project.analysis.churn.churn import analyse
from dagster_project.analysis.churn.features import FEATURES
from dagster_project.analysis.churn.model import auc_with_interval, calibration, tenths

CURRENT_WEEK = pd.DataFrame({"scored_on": pd.to_datetime(["2026-06-29"])})
CUTS = pd.to_datetime(["2025-09-29", "2025-12-29", "2026-03-30", "2026-06-29"])


def world(effect: float = 2.0, customers: int = 800, cuts: pd.DatetimeIndex = CUTS) -> pd.DataFrame:
    """Customers at each cut; one in five falls silent, likelier the longer ago the last activity was."""
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(rng.normal(size=(customers * len(cuts), len(FEATURES))), columns=list(FEATURES))
    frame["cut_on"] = np.repeat(cuts, customers)
    frame["customer_key"] = [f"c{number:04}" for number in range(customers)] * len(cuts)
    frame["weeks_active_of_13"] = 6.0
    frame["last_csat_score"] = np.nan  # no surveys in this company
    frame["true_risk"] = 1 / (1 + np.exp(1.5 - effect * frame["weeks_since_active"]))
    frame["is_silent"] = (rng.random(len(frame)) < frame["true_risk"]).astype(object)
    frame["is_scored"] = frame["cut_on"] == cuts[-1]
    frame.loc[frame["is_scored"], "is_silent"] = None
    return frame


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    return world()


@pytest.fixture(scope="module")
def made(customers: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return analyse(customers, CURRENT_WEEK)


def model_of(made: dict[str, pd.DataFrame]) -> dict[str, Any]:
    (row,) = made["churn_model"].to_dict("records")
    return dict(row)


def test_the_model_orders_customers_nearly_as_well_as_who_knows_their_risks(
    customers: pd.DataFrame, made: dict[str, pd.DataFrame]
) -> None:
    validation = customers[customers["cut_on"] == CUTS[2]]
    left, stayed = (validation.loc[validation["is_silent"] == it, "true_risk"].to_numpy() for it in (True, False))
    best_possible = (left[:, None] > stayed[None, :]).mean()
    model = model_of(made)
    assert model["verdict"] == "usable"
    assert best_possible - 0.03 < model["auc"] <= best_possible + 0.01
    assert model["auc_low"] < model["auc"] < model["auc_high"]
    assert model["brier_score"] < model["brier_score_of_share"]


def test_published_risks_are_those_of_the_world(customers: pd.DataFrame, made: dict[str, pd.DataFrame]) -> None:
    truth = customers[customers["is_scored"]].set_index("customer_key")["true_risk"]
    risk = made["churn_risk"].set_index("customer_key")
    assert set(risk.index) == set(truth.index)
    assert (risk["churn_risk"] - truth).abs().mean() < 0.05
    assert risk.loc[risk["risk_rank"] == 1, "risk_decile"].tolist() == [1]
    assert risk["risk_decile"].value_counts().tolist() == [80] * 10


def test_the_model_is_validated_on_a_later_cut_than_it_learned_from(made: dict[str, pd.DataFrame]) -> None:
    model = model_of(made)
    assert (model["training_cuts"], model["trained_on"], model["validated_on"]) == (2, CUTS[1], CUTS[2])
    assert (model["training_customers"], model["validation_customers"]) == (1600, 800)
    bins = made["churn_calibration"]
    assert (bins["customers"].sum(), bins["churned"].sum()) == (800, model["validation_churned"])
    assert bins["predicted_rate"].is_monotonic_decreasing
    assert model["lift_of_top_tenth"] == pytest.approx(
        bins["observed_rate"].iloc[0] / (model["validation_churned"] / 800)
    )


def test_a_column_that_tells_the_future_changes_nothing(customers: pd.DataFrame, made: dict[str, pd.DataFrame]) -> None:
    rng = np.random.default_rng(1)
    leaked = customers.assign(
        orders_next_quarter=rng.random(len(customers)) + customers["is_silent"].astype(float),
        is_silent=customers["is_silent"].where(~customers["is_scored"], other=True),
    )
    for table, frame in analyse(leaked, CURRENT_WEEK).items():
        pd.testing.assert_frame_equal(frame, made[table])


def test_a_model_that_is_no_better_than_chance_is_refused_and_scores_nobody() -> None:
    made = analyse(world(effect=0.0), CURRENT_WEEK)
    assert made["churn_risk"].empty
    assert model_of(made)["verdict"] == "refused"
    assert model_of(made)["reason"] == "at validation no better than giving everybody the same risk"
    assert len(made["churn_calibration"]) == 10  # and shows it


@pytest.mark.parametrize(
    ("customers", "reason"),
    [
        (world(cuts=CUTS[2:]), "too little history: .* a year of data"),
        (world().head(0), "too little history"),
        (world(customers=150), "too few for training: .* fell silent and .* stayed; needed are 100 of each"),
    ],
)
def test_too_thin_data_are_refused_with_the_reason(customers: pd.DataFrame, reason: str) -> None:
    made = analyse(customers, CURRENT_WEEK)
    assert made["churn_risk"].empty
    assert made["churn_calibration"].empty
    assert made["churn_model"]["verdict"].tolist() == ["refused"]
    assert made["churn_model"]["reason"].str.match(reason).all()


def test_the_area_and_its_standard_error_are_those_of_hanley_and_mcneils_example() -> None:
    # Their table of 58 normal and 51 abnormal images by rating: area 0.893, standard error 0.032.
    normal, abnormal = (33, 6, 6, 11, 2), (3, 2, 2, 11, 33)
    known = np.repeat([False, True], [58, 51])
    rating = np.concatenate([np.repeat(range(1, 6), normal), np.repeat(range(1, 6), abnormal)])
    area, low, high = auc_with_interval(known, rating.astype(float))
    assert area == pytest.approx(0.893, abs=5e-4)
    assert (high - low) / 2 / 1.959964 == pytest.approx(0.032, abs=5e-4)


def test_tenths_and_their_rates_are_counted_out() -> None:
    predicted = np.array([0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.6, 0.4, 0.55, 0.5])
    assert tenths(predicted).tolist() == [1, 10, 2, 9, 3, 8, 4, 7, 5, 6]
    bins = calibration(np.array([True, False] * 10), np.repeat([0.75, 0.25], 10))
    assert bins["customers"].tolist() == [2] * 10
    assert bins["observed_rate"].tolist() == [0.5] * 10
    assert bins["predicted_rate"].tolist() == [0.75] * 5 + [0.25] * 5
    # Wilson, one of two: (0.5 + 0.960365 -+ 1.959964 x sqrt(0.125 + 0.480182)) / (1 + 1.920729) ...
    assert bins["observed_low"].iloc[0] == pytest.approx(0.094531, abs=1e-5)
