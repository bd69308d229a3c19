"""Days on which a KPI leaves its expected band: `analysis.kpi_band` and `analysis.kpi_anomaly`.

Each watched KPI's daily series is brought to a scale on which its noise is the same everywhere, and described by a
smooth trend, a weekday pattern that may drift, and one effect of holidays. A robust regression estimates them, so that
the odd days have no say in what is expected of them. STL would need a value for every day and the same number of cases
behind each; days without a case, and Sundays with few, are the rule here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagster_project.analysis.analysis import Analysis

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

KEY = ["kpi", "statistic"]
# Robust standard deviations. Calibrated on companies in which nothing was planted: see docs/analysis-trends.md.
BAND_WIDTH = 4.0
FEWEST_DAYS = 56  # eight of each weekday: fewer cannot tell a Monday from a bad day
FEWEST_CASES = 5  # of a rate, median or index: below, the day is not judged
FEWEST_HOLIDAYS = 3  # below, nobody knows what a holiday does, and holidays are not judged
DAYS_PER_KNOT = 28
_TAIL = 0.95  # share of days taken to be ordinary when tails are measured
# Noise on the scales below that chance alone makes (Poisson, binomial): also where a KPI never moved before.
_CHANCE = {"count": 1.0, "rate": 0.5}

DAILY = """
    with days as (
        select kpi_watch.kpi, kpi_watch.statistic, kpis.unit, kpis.direction, dim_date.date_day
        from seed.kpi_watch as kpi_watch
        inner join seed.kpis as kpis on kpi_watch.kpi = kpis.kpi
        cross join core.as_of as as_of
        inner join core.dim_date as dim_date
            on dim_date.date_day < as_of.as_of_date and dim_date.date_day >= as_of.as_of_date - interval 2 year
    ),

    figures as (
        select kpi, statistic, period_start, value, sample_size,
            min(period_start) over (partition by kpi, statistic) as first_day,
            max(period_start) over (partition by kpi, statistic) as last_day
        from kpi.kpi_value
        where period_grain = 'day' and dimension = 'overall'
    )

    select days.kpi, days.statistic, days.unit, days.direction, days.date_day,
        days.date_day in (select holiday from seed.schedule_holidays) as is_holiday,
        -- a day without a case counts 0, and has no rate
        case when days.statistic = 'count' then coalesce(figures.value, 0) else figures.value end as value,
        coalesce(figures.sample_size, 0) as sample_size
    from days
    left join figures
        on days.kpi = figures.kpi and days.statistic = figures.statistic and days.date_day = figures.period_start
    where exists (
        select 1 from figures as known
        where known.kpi = days.kpi and known.statistic = days.statistic
            and days.date_day between known.first_day and known.last_day
    )
"""


def analyse(daily: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Judge every day of every watched series against what its trend, weekday and holidays let expect.

    Args:
        daily: kpi, statistic, unit, direction, date_day, is_holiday, value, sample_size; one row a KPI and day.

    Returns:
        `kpi_band`: every day judged; `kpi_anomaly`: those outside. Series of fewer than `FEWEST_DAYS` days have none.
    """
    import pandas as pd

    judged = [_judged(series) for _, series in daily.groupby(KEY, sort=True)]
    bands = pd.concat([pd.DataFrame(columns=[*daily.columns, *_FIGURES]), *judged])
    outside = bands[bands["is_anomaly"].astype(bool)]
    above = outside["deviation_score"] > 0
    anomalies = outside.assign(
        deviation=outside["value"] - outside["expected"],
        side=above.map({True: "above", False: "below"}),
        is_worse=above == (outside["direction"] == "lower"),
    )
    unwanted = ["unit", "direction"]
    return {
        "kpi_band": bands.drop(columns=unwanted),
        "kpi_anomaly": anomalies.drop(columns=[*unwanted, "is_holiday", "is_anomaly"]),
    }


_FIGURES = ["expected", "band_low", "band_high", "deviation_score", "is_anomaly"]


def _judged(series: pd.DataFrame) -> pd.DataFrame:
    """Return the days that can be judged, with expected value, band and score."""
    statistic, unit = str(series["statistic"].iat[0]), str(series["unit"].iat[0])
    days = series[series["value"].notna()].sort_values("date_day")
    if statistic != "count":
        days = days[days["sample_size"] >= FEWEST_CASES]
    if days["is_holiday"].sum() < FEWEST_HOLIDAYS:
        days = days[~days["is_holiday"]]
    if len(days) < FEWEST_DAYS:
        return days.iloc[:0]
    # Seconds to import, which a small company need not pay.
    import numpy as np
    from scipy.stats import norm
    from statsmodels.robust.norms import TukeyBiweight
    from statsmodels.robust.robust_linear_model import RLM
    from statsmodels.robust.scale import mad

    forward, back = _scale(statistic, unit)
    observed = forward(days["value"].to_numpy(dtype=float))
    # The noise of a mean falls with the root of its cases; the scale of counts has evened it out already.
    weight = np.ones(len(days)) if statistic == "count" else np.sqrt(days["sample_size"].to_numpy(dtype=float))
    design = _design(days)
    with np.errstate(divide="ignore", invalid="ignore"):  # where the fit is perfect, and its scale 0
        fit = RLM(observed * weight, design * weight[:, None], M=TukeyBiweight()).fit(scale_est="mad")
    expected = design @ fit.params
    residual = (observed - expected) * weight
    # A median that jumps between two kinds of tickets has tails that the middle of its residuals does not know of.
    noise = max(mad(residual, center=0), float(np.quantile(np.abs(residual), _TAIL)) / norm.ppf((1 + _TAIL) / 2))
    noise = max(noise, _CHANCE.get(statistic, 0.0))
    if noise <= 1e-9 * max(1.0, float(np.abs(observed * weight).max())):
        return days.iloc[:0]  # nearly all days are exactly as expected: no noise to measure others with
    score = residual / noise
    reach = BAND_WIDTH * noise / weight
    return days.assign(
        expected=back(expected),
        band_low=back(expected - reach),
        band_high=back(expected + reach),
        deviation_score=score,
        is_anomaly=np.abs(score) > BAND_WIDTH,
    )


def _design(days: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Columns of the regression: a natural spline over time, weekdays, their drift over time, holidays."""
    import numpy as np
    import pandas as pd
    from patsy import dmatrix

    dates = pd.to_datetime(days["date_day"])
    elapsed = (dates - dates.min()).dt.days.to_numpy(dtype=float)
    knots = max(3, int(elapsed[-1] // DAYS_PER_KNOT))
    trend = np.asarray(dmatrix(f"cr(elapsed, df={knots}) - 1", {"elapsed": elapsed}))
    present = sorted(dates.dt.day_of_week.unique())[1:]
    weekdays = np.column_stack(
        [dates.dt.day_of_week.to_numpy() == day for day in present] or [np.empty((len(days), 0))]
    )
    drift = weekdays * (elapsed / elapsed[-1] - 0.5)[:, None]
    columns = [trend, weekdays, drift]
    if days["is_holiday"].any():
        columns.append(days["is_holiday"].to_numpy(dtype=float)[:, None])
    return np.column_stack(columns).astype(float)


def _scale(statistic: str, unit: str) -> tuple[Any, Any]:
    """Return the function onto a scale of even noise, and the one back.

    Counts go by their square root and rates by its arcsine (Anscombe 1948). Minutes are skewed and multiply, so they go
    by their logarithm; scores and indices stay as they are.
    """
    import numpy as np

    if statistic == "count":
        return (lambda y: 2 * np.sqrt(y + 3 / 8)), (lambda z: np.maximum(np.square(np.maximum(z, 0) / 2) - 3 / 8, 0))
    if statistic == "rate":
        return (lambda y: np.arcsin(np.sqrt(y))), (lambda z: np.square(np.sin(np.clip(z, 0, np.pi / 2))))
    if unit == "minutes":
        return np.log1p, (lambda z: np.maximum(np.expm1(z), 0))
    return (lambda y: y), (lambda z: z)


ANOMALY = Analysis(
    "anomaly",
    "Days on which a watched KPI leaves the band that its trend, weekday and holidays let expect.",
    {"daily": DAILY},
    ("kpi_band", "kpi_anomaly"),
    analyse,
)
