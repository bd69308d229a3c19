"""Level, slope and seasonality of each KPI's weekly series: `analysis.kpi_trend`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.analysis.analysis import Analysis

if TYPE_CHECKING:
    import pandas as pd

KEY = ["kpi", "statistic", "dimension", "dimension_value"]
FIGURES = ["weeks", "level", "slope_per_week", "slope_low", "slope_high", "trend_strength", "seasonal_strength"]
# Half a year: less tells a season from a trend no better than chance.
FEWEST_WEEKS = 26
SEASON_WEEKS = 4  # months show in weeks; a year would need several years

WEEKLY = """
    select kpi_value.kpi, kpi_value.statistic, kpi_value.dimension, kpi_value.dimension_value,
        kpi_value.period_start, kpi_value.value
    from kpi.kpi_value as kpi_value
    cross join core.as_of as as_of
    where kpi_value.period_grain = 'week' and kpi_value.dimension = 'overall' and kpi_value.value is not null
        and kpi_value.period_start + interval 7 day <= as_of.as_of_date
"""


def analyse(weekly: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Describe every series of at least `FEWEST_WEEKS` complete weeks.

    Args:
        weekly: kpi, statistic, dimension, dimension_value, period_start, value; one row a week.

    Returns:
        `kpi_trend`; slope and its 95 % interval by Theil and Sen, strengths as 1 - var(remainder) / var(component +
        remainder) of a robust STL decomposition (Hyndman and Athanasopoulos, Forecasting: Principles and Practice,
        section 6.7).
    """
    import pandas as pd

    rows = []
    for key, series in weekly.groupby(KEY, sort=True):
        if len(series) >= FEWEST_WEEKS:
            rows.append(dict(zip(KEY, key, strict=True)) | _described(series.sort_values("period_start")["value"]))
    columns = [
        *KEY,
        "weeks",
        "level",
        "slope_per_week",
        "slope_low",
        "slope_high",
        "trend_strength",
        "seasonal_strength",
    ]
    return {"kpi_trend": pd.DataFrame(rows, columns=columns)}


def _described(values: pd.Series) -> dict[str, float]:
    from scipy.stats import theilslopes
    from statsmodels.tsa.seasonal import STL

    parts = STL(values.to_numpy(), period=SEASON_WEEKS, robust=True).fit()
    slope = theilslopes(values.to_numpy())
    return {
        "weeks": len(values),
        "level": float(parts.trend[-1]),
        "slope_per_week": float(slope.slope),
        "slope_low": float(slope.low_slope),
        "slope_high": float(slope.high_slope),
        "trend_strength": _strength(parts.trend, parts.resid, values.var()),
        "seasonal_strength": _strength(parts.seasonal, parts.resid, values.var()),
    }


def _strength(component: pd.Series, remainder: pd.Series, variance: float) -> float:
    whole = (component + remainder).var()
    # What is left of rounding is no component.
    return max(0.0, float(1 - remainder.var() / whole)) if whole > 1e-9 * variance and variance else 0.0


TREND = Analysis(
    "trend", "Level, slope and seasonality of each KPI's weekly series.", {"weekly": WEEKLY}, ("kpi_trend",), analyse
)
