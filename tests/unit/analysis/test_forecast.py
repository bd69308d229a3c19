"""Series whose future is known, and what the back-test says of the way to it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dagster_project.analysis.forecast import KEY, analyse
from dagster_project.analysis.forecast_intervals import coverage, half_width
from dagster_project.analysis.forecast_methods import Backtest

YEAR = [100.0 + 40 * (week in (47, 48, 49)) - week % 5 for week in range(52)]
WEEK = [50.0, 45.0, 42.0, 40.0, 38.0, 25.0, 18.0]


def series(values: list[float] | np.ndarray, grain: str = "day", statistic: str = "count", **key: str) -> pd.DataFrame:
    starts = pd.date_range("2025-01-06", periods=len(values), freq="D" if grain == "day" else "7D")
    named = {
        "kpi": "k",
        "statistic": statistic,
        "period_grain": grain,
        "dimension": "overall",
        "dimension_value": "all",
    }
    return pd.DataFrame(named | key | {"period_start": starts, "value": values})


def noisy(weeks: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).poisson(np.tile(WEEK, weeks)).astype(float)


@pytest.fixture(scope="module")
def made() -> dict[str, pd.DataFrame]:
    """Several series at once, because importing the methods costs most."""
    random = np.random.default_rng(1)
    return analyse(
        pd.concat(
            [
                series(WEEK * 40, kpi="same every week"),
                series(noisy(52, seed=2), kpi="noisy"),
                series(noisy(52, seed=3) / 10, kpi="noisy", dimension="channel", dimension_value="chat"),
                series(random.poisson(0.3, 300).astype(float), kpi="rare"),
                series(np.minimum(1, 0.97 + 0.02 * random.standard_normal(70)), "week", "rate", kpi="nearly all"),
                series(random.standard_normal(70).cumsum() + 100, "week", "mean", kpi="wanders"),
                series([20.0] * 60, "week", "median", kpi="never changes"),
                series(WEEK * 10, kpi="short"),
                series(YEAR * 3, "week", kpi="every year"),
                series([*([3.0, 5.0] * 30), np.nan, 4.0, np.nan, np.nan], "week", "mean", kpi="gaps"),
                series([*([3.0, 5.0] * 30), *[np.nan] * 8], "week", "mean", kpi="ended"),
            ]
        )
    )


def forecast(made: dict[str, pd.DataFrame], kpi: str) -> pd.DataFrame:
    rows = made["kpi_forecast"]
    return rows[(rows["kpi"] == kpi) & (rows["dimension"] == "overall")].reset_index(drop=True)


def accuracy(made: dict[str, pd.DataFrame], kpi: str) -> pd.DataFrame:
    rows = made["kpi_forecast_accuracy"]
    return rows[(rows["kpi"] == kpi) & (rows["dimension"] == "overall")].set_index("method")


def test_a_week_that_repeats_itself_is_forecast_exactly_by_repeating_it(made: dict[str, pd.DataFrame]) -> None:
    rows = forecast(made, "same every week")
    assert rows["value"].tolist() == pytest.approx(WEEK * 8)
    assert rows["low_95"].tolist() == rows["high_95"].tolist() == rows["value"].tolist()
    assert set(rows["method"]) == {"seasonal_naive"}, "nothing is better than what makes no error"


def test_weeks_that_repeat_every_year_are_forecast_by_repeating_the_year(made: dict[str, pd.DataFrame]) -> None:
    assert forecast(made, "every year")["value"].tolist() == pytest.approx(YEAR[:8])
    assert set(accuracy(made, "every year")["season_periods"]) == {52}
    assert set(accuracy(made, "noisy")["season_periods"]) == {7}
    assert set(accuracy(made, "wanders")["season_periods"]) == {1}, "a year and a half shows no year twice"


def test_eight_weeks_follow_the_latest_known_period(made: dict[str, pd.DataFrame]) -> None:
    days, weeks = forecast(made, "noisy"), forecast(made, "wanders")
    assert days["period_start"].tolist() == list(pd.date_range("2026-01-05", periods=56, freq="D"))
    assert weeks["period_start"].tolist() == list(pd.date_range("2026-05-11", periods=8, freq="7D"))
    assert weeks["horizon_periods"].tolist() == list(range(1, 9))


def test_what_is_not_settled_yet_is_forecast_and_gaps_are_bridged(made: dict[str, pd.DataFrame]) -> None:
    rows = forecast(made, "gaps")
    # 62 of 64 weeks are known: the latest value is that of week 62
    assert rows["period_start"].iat[0] == pd.Timestamp("2025-01-06") + pd.Timedelta(weeks=62)
    assert rows["value"].between(3, 5).all()


def test_a_noisy_week_is_forecast_better_than_by_repeating_the_last_one(made: dict[str, pd.DataFrame]) -> None:
    judged = accuracy(made, "noisy")
    (used,) = judged.index[judged["is_used"]]
    assert used != "seasonal_naive"
    # Repeating a week has the noise of both weeks in its error, so the ideal ratio is the root of a half.
    assert judged.loc[used, "mae_ratio"] == pytest.approx(2**-0.5, abs=0.08)
    assert forecast(made, "noisy")["value"].to_numpy() == pytest.approx(np.tile(WEEK, 8), rel=0.25)


def test_a_part_tries_the_method_of_its_whole_and_seasonal_naive(made: dict[str, pd.DataFrame]) -> None:
    judged = accuracy(made, "noisy")
    parts = made["kpi_forecast_accuracy"].query("dimension == 'channel'")
    assert set(parts["method"]) == {"seasonal_naive", *judged.index[judged["is_used"]]}


def test_intervals_hold_about_as_much_as_they_promise(made: dict[str, pd.DataFrame]) -> None:
    judged = accuracy(made, "noisy")
    used = judged[judged["is_used"]].iloc[0]
    assert used["coverage_80"] == pytest.approx(0.80, abs=0.06)
    assert used["coverage_95"] == pytest.approx(0.95, abs=0.04)


def test_counts_and_rates_keep_their_bounds_and_intervals_their_order(made: dict[str, pd.DataFrame]) -> None:
    rows = made["kpi_forecast"]
    assert (rows["low_95"] >= 0).all()
    assert forecast(made, "nearly all")["high_95"].max() == 1
    assert forecast(made, "rare")["low_80"].min() == 0
    for inner, outer in (("low_80", "low_95"), ("value", "low_80"), ("high_80", "value"), ("high_95", "high_80")):
        assert (rows[outer] <= rows[inner]).all()


def test_no_method_is_used_that_is_worse_than_seasonal_naive(made: dict[str, pd.DataFrame]) -> None:
    judged = made["kpi_forecast_accuracy"]
    used = judged[judged["is_used"].astype(bool)]
    assert (used["mae"] == judged.groupby(KEY)["mae"].transform("min")[used.index]).all()
    assert accuracy(made, "never changes").query("is_used").index.tolist() == ["seasonal_naive"]


def test_a_short_series_is_refused_with_the_number_of_periods_it_lacks(made: dict[str, pd.DataFrame]) -> None:
    (row,) = accuracy(made, "short").reset_index().to_dict("records")
    assert row["method"] == "none"
    # a history of 84 days, two steps of 28 to three origins, and the 56 days to compare with
    assert row["reason"] == "too few: 70 complete periods, and a back-test needs 196"
    assert forecast(made, "short").empty


def test_a_series_that_ended_is_not_forecast_into_the_past(made: dict[str, pd.DataFrame]) -> None:
    (row,) = accuracy(made, "ended").reset_index().to_dict("records")
    assert (row["method"], row["reason"]) == ("none", "no figure for the last 8 periods")
    assert forecast(made, "ended").empty


def test_no_series_at_all_makes_empty_tables() -> None:
    assert all(frame.empty for frame in analyse(series([])).values())


def test_an_interval_reaches_to_the_error_whose_rank_its_level_says() -> None:
    # 3 origins and 8 steps; absolute errors 1..12 in the first half of the horizon, and ten times as much in the second
    errors = np.array([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]], dtype=float)
    test = Backtest(np.zeros((3, 8)), np.hstack([errors, -10 * errors]), np.ones(3))
    # ranks: ceil(13 x 0.80) = 11, ceil(13 x 0.95) = 13, of which there are 12
    assert half_width(np.zeros(8), test, 80, "mean").tolist() == [11.0] * 4 + [110.0] * 4
    assert half_width(np.zeros(8), test, 95, "mean").tolist() == [12.0] * 4 + [120.0] * 4
    # a count of 3 has twice the spread of none
    assert half_width(np.full(8, 3.0), test, 80, "count").tolist() == [22.0] * 4 + [220.0] * 4


def test_coverage_is_measured_without_errors_of_the_same_weeks() -> None:
    # Origin 1 overlaps both others. The first is judged by the last and the last by the first: all of 5 lies within 7.
    came = np.array([[5.0] * 8, [100.0] * 8, [7.0] * 8])
    assert coverage(Backtest(np.zeros((3, 8)), came, np.ones(3)), 95, "mean") == 0.5
