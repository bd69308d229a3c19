"""Trend and season of made-up series whose components are known."""

from __future__ import annotations

import pandas as pd
import pytest

from dagster_project.analysis.trend import analyse


def weekly(values: list[float], kpi: str = "backlog") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kpi": kpi,
            "statistic": "count",
            "dimension": "overall",
            "dimension_value": "all",
            "period_start": pd.date_range("2025-01-06", periods=len(values), freq="7D"),
            "value": values,
        }
    )


def test_a_line_has_its_slope_its_last_level_and_no_season() -> None:
    (row,) = analyse(weekly([100 + 2.0 * week for week in range(52)]))["kpi_trend"].to_dict("records")
    assert row["weeks"] == 52
    assert row["slope_per_week"] == row["slope_low"] == row["slope_high"] == pytest.approx(2)
    assert row["level"] == pytest.approx(202, rel=1e-3)
    assert row["trend_strength"] == pytest.approx(1, abs=1e-3)


def test_a_season_of_four_weeks_is_seen_and_is_no_trend() -> None:
    (row,) = analyse(weekly([10.0, 20.0, 10.0, 5.0] * 13))["kpi_trend"].to_dict("records")
    assert row["seasonal_strength"] > 0.99
    assert row["slope_low"] <= 0 <= row["slope_high"]


def test_a_constant_has_no_strength_and_a_short_series_no_row() -> None:
    both = pd.concat([weekly([3.0] * 30), weekly([1.0, 2.0] * 5, kpi="nps")])
    (row,) = analyse(both)["kpi_trend"].to_dict("records")
    assert (row["kpi"], row["trend_strength"], row["seasonal_strength"]) == ("backlog", 0, 0)
    assert row["level"] == pytest.approx(3)
