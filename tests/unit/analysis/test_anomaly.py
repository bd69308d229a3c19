"""Made-up daily series whose odd days are known, and some that have none."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from dagster_project.analysis.anomaly import FEWEST_DAYS, analyse


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """As the step that runs the analyses does: threads would wait for each other most of the time."""
    with threadpool_limits(1):
        yield


WEEKDAYS = np.array([1.25, 1.12, 1.05, 1.0, 0.95, 0.6, 0.45])


def series(
    values: np.ndarray, statistic: str = "count", cases: np.ndarray | int = 50, **changes: object
) -> pd.DataFrame:
    days = pd.date_range("2025-01-06", periods=len(values), freq="D")
    columns = {"kpi": "k", "unit": "tickets", "direction": "lower", "is_holiday": False} | changes
    return pd.DataFrame({"statistic": statistic, "date_day": days, "value": values, "sample_size": cases} | columns)


def expected_of(days: int, level: float = 40) -> np.ndarray:
    """Growing by half over the time, with a weekday pattern that grows with it."""
    return level * WEEKDAYS[np.arange(days) % 7] * np.linspace(1, 1.5, days)


def counts(days: int, seed: int) -> np.ndarray:
    """More spread than Poisson: each day has its own mood."""
    random = np.random.default_rng(seed)
    return random.poisson(expected_of(days) * np.exp(0.08 * random.standard_normal(days))).astype(float)


def anomalies(daily: pd.DataFrame) -> list[tuple[str, str]]:
    found = analyse(daily)["kpi_anomaly"]
    return [(f"{day:%Y-%m-%d}", side) for day, side in zip(found["date_day"], found["side"], strict=True)]


def test_a_planted_spike_and_a_planted_collapse_are_found_and_no_other_day() -> None:
    values = counts(300, seed=1)
    values[100] += 70  # 2025-04-16
    values[202] = 2  # 2025-07-27, a Sunday, of which 26 are expected
    assert anomalies(series(values)) == [("2025-04-16", "above"), ("2025-07-27", "below")]


def test_yesterdays_spike_is_found_before_more_days_come() -> None:
    values = counts(300, seed=12)
    values[-1] += 70
    assert anomalies(series(values)) == [("2025-11-01", "above")]


def test_which_side_is_worse_follows_the_direction_of_the_kpi() -> None:
    values = counts(200, seed=3)
    values[100] += 90
    for direction, is_worse in (("lower", True), ("higher", False)):
        (found,) = analyse(series(values, direction=direction))["kpi_anomaly"].to_dict("records")
        assert found["is_worse"] == is_worse
        assert found["deviation"] == pytest.approx(found["value"] - found["expected"])


def test_a_quiet_holiday_is_expected_and_a_busy_one_is_an_anomaly() -> None:
    values = counts(300, seed=4)
    holidays = np.zeros(300, dtype=bool)
    holidays[[30, 75, 120, 165, 210, 255]] = True
    values[holidays] = np.round(expected_of(300)[holidays] * 0.3)
    assert anomalies(series(values, is_holiday=holidays)) == []
    assert len(anomalies(series(values))) >= 4, "without the calendar the same days are anomalies"
    values[165] = 110
    assert anomalies(series(values, is_holiday=holidays)) == [("2025-06-20", "above")]


def test_holidays_that_nobody_has_seen_often_are_not_judged() -> None:
    holidays = np.arange(200) == 50
    bands = analyse(series(counts(200, seed=5), is_holiday=holidays))["kpi_band"]
    assert len(bands) == 199
    assert not bands["is_holiday"].any()


def test_the_band_of_a_rate_stays_between_0_and_1_and_is_narrower_where_there_are_more_cases() -> None:
    random = np.random.default_rng(6)
    cases = np.tile([400, 20], 100)
    values = random.binomial(cases, 0.95) / cases
    bands = analyse(series(values, "rate", cases, unit="rate"))["kpi_band"]
    assert bands["band_low"].min() >= 0
    assert bands["band_high"].max() <= 1
    width = (bands["band_high"] - bands["band_low"]).groupby(bands["sample_size"]).mean()
    assert width[400] < width[20] / 2


def test_a_rate_of_few_cases_is_not_judged() -> None:
    cases = np.where(np.arange(200) == 60, 4, 40)
    values = np.random.default_rng(7).binomial(40, 0.6, 200) / 40
    values[60] = 0.0
    assert len(analyse(series(values, "rate", cases, unit="rate"))["kpi_band"]) == 199


@pytest.mark.parametrize("values", [np.ones(FEWEST_DAYS - 1), np.array([])])
def test_a_short_series_has_no_band(values: np.ndarray) -> None:
    made = analyse(series(values))
    assert made["kpi_band"].empty
    assert made["kpi_anomaly"].empty


def test_minutes_that_never_change_say_nothing_of_their_noise() -> None:
    assert analyse(series(np.full(200, 3.0), "median", unit="minutes"))["kpi_band"].empty


def test_a_rate_that_was_always_0_may_not_jump_and_a_count_that_was_always_3_may_be_5() -> None:
    never = np.zeros(200)
    never[150] = 0.3  # 6 of 20: 2 arcsin(sqrt(0.3)) sqrt(20) = 5.2 standard deviations by chance alone
    always = np.full(200, 3.0)
    always[150] = 5
    both = [series(never, "rate", 20, unit="rate", kpi="rate"), series(always, kpi="count")]
    found = analyse(pd.concat(both))["kpi_anomaly"]
    assert found["kpi"].tolist() == ["rate"]
    assert found["deviation_score"].iat[0] == pytest.approx(5.2, abs=0.1)


def test_ordinary_series_raise_a_false_alarm_on_less_than_one_day_in_a_hundred() -> None:
    # The share on whole generated companies stands in docs/analysis-trends.md; tests/calibration.py measures it.
    random = np.random.default_rng(8)
    cases = np.maximum(counts(365, seed=9).astype(int), 5)
    null = [series(counts(365, seed=100 + number), kpi=f"count {number}") for number in range(6)]
    null += [
        series(random.binomial(cases, share) / cases, "rate", cases, kpi=f"rate {share}", unit="rate")
        for share in (0.06, 0.4, 0.9)
    ]
    null += [
        series(np.exp(3 + random.standard_normal(365) / np.sqrt(cases)), "median", cases, kpi="median", unit="minutes")
    ]
    bands = analyse(pd.concat(null))["kpi_band"]
    assert len(bands) == 3650
    assert bands["is_anomaly"].mean() < 0.01
    assert bands.groupby("kpi")["is_anomaly"].mean().max() < 0.01
