"""Eight weeks ahead, and how well that went before: `analysis.kpi_forecast` and `analysis.kpi_forecast_accuracy`.

Which series are forecast stands in seeds/kpi_forecasts.csv: volume by day, because staffing needs weekdays, everything
else by week. Of each, the methods forecast from several origins in the past (forecast_methods.py); the one with the
smallest error makes the forecast, and its errors make the intervals (forecast_intervals.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dagster_project.analysis.analysis import Analysis
from dagster_project.analysis.forecast_intervals import LEVELS, coverage, half_width
from dagster_project.analysis.forecast_methods import METHODS, Backtest, backtest, run

if TYPE_CHECKING:
    import pandas as pd

KEY = ["kpi", "statistic", "period_grain", "dimension", "dimension_value"]
LARGEST_VALUES = 12  # of a dimension are forecast; every series costs a tenth of a second in each run

SERIES = f"""
    with periods as (
        select 'day' as period_grain, date_day as period_start
        from core.dim_date, core.as_of
        where date_day < as_of.as_of_date and date_day >= as_of.as_of_date - interval 1 year
        union all
        select 'week', week_start
        from core.dim_date, core.as_of
        where week_start + interval 7 day <= as_of.as_of_date and week_start >= as_of.as_of_date - interval 4 year
        group by all
        having count(*) = 7
    ),

    figures as (
        select kpi_forecasts.kpi, kpi_forecasts.statistic, kpi_forecasts.period_grain, kpi_forecasts.dimension,
            kpi_value.dimension_value, kpi_value.period_start, kpi_value.value, kpi_value.sample_size
        from seed.kpi_forecasts as kpi_forecasts
        inner join kpi.kpi_value as kpi_value using (kpi, statistic, period_grain, dimension)
        inner join periods using (period_grain, period_start)
        where kpi_value.value is not null
    ),

    dimension_values as (
        select kpi, statistic, period_grain, dimension, dimension_value, min(period_start) as first_start,
            sum(sample_size) as cases
        from figures
        group by kpi, statistic, period_grain, dimension, dimension_value
    ),

    series as (
        select *
        from dimension_values
        qualify row_number() over (
            partition by kpi, statistic, period_grain, dimension order by cases desc, dimension_value
        ) <= {LARGEST_VALUES}
    )

    select series.kpi, series.statistic, series.period_grain, series.dimension, series.dimension_value,
        periods.period_start,
        -- a period without a case counts 0, and has no rate
        case when series.statistic = 'count' then coalesce(figures.value, 0) else figures.value end as value
    from series
    inner join periods on series.period_grain = periods.period_grain and series.first_start <= periods.period_start
    left join figures
        on series.kpi = figures.kpi and series.statistic = figures.statistic
        and series.dimension = figures.dimension and series.dimension_value = figures.dimension_value
        and periods.period_grain = figures.period_grain and periods.period_start = figures.period_start
"""


@dataclass(frozen=True)
class _Grain:
    """How series of one grain are forecast, in periods."""

    days: int  # of a period
    steps: int  # eight weeks
    between_origins: int  # half of them: closer origins would show the same weeks again
    shortest_history: int
    longest_history: int  # what is older says little of what comes next

    def season(self, history: int) -> int:
        """Length of the season: a week of days; a year of weeks where two of them are known; else none."""
        if self.days == 1:
            return 7
        return _YEAR_WEEKS if history >= 2 * _YEAR_WEEKS else 1


_YEAR_WEEKS = 52
_GRAINS = {"day": _Grain(1, 56, 28, 84, 182), "week": _Grain(7, 8, 4, 26, 4 * _YEAR_WEEKS)}
_MOST_ORIGINS = 5
_FEWEST_ORIGINS = 3
_FROM_ZERO = (0.0, float("inf"))
_BOUNDS = {"rate": (0.0, 1.0), "index": (-100.0, 100.0)}


def analyse(series: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Forecast every series that is long enough, by the method that did best before.

    Args:
        series: kpi, statistic, period_grain, dimension, dimension_value, period_start, value; one row a period.

    Returns:
        `kpi_forecast`, `kpi_forecast_accuracy`.
    """
    import pandas as pd

    forecasts, accuracies = [], []
    best_of_whole: dict[tuple[str, ...], str] = {}
    groups = {tuple(map(str, key)): rows for key, rows in series.groupby(KEY)}
    # Parts come after their whole, and try no more than what was best for it: trying is what costs time.
    for key in sorted(groups, key=lambda key: (key[3] != "overall", key)):
        named = dict(zip(KEY, key, strict=True))
        best = best_of_whole.get(key[:3])
        methods = list(METHODS) if best is None else sorted({"seasonal_naive", best})
        values = groups[key].sort_values("period_start").set_index("period_start")["value"].astype(float)
        made, judged = _forecast(values, named["statistic"], _GRAINS[named["period_grain"]], methods)
        if made and named["dimension"] == "overall":
            best_of_whole[key[:3]] = made[0]["method"]
        forecasts += [named | row for row in made]
        accuracies += [named | row for row in judged]
    return {
        "kpi_forecast": pd.DataFrame(forecasts, columns=[*KEY, *_FORECAST]),
        "kpi_forecast_accuracy": pd.DataFrame(accuracies, columns=[*KEY, *_ACCURACY]),
    }


_FORECAST = ["period_start", "horizon_periods", "value", "low_80", "high_80", "low_95", "high_95", "method"]
_ACCURACY = [
    "method", "is_used", "reason", "periods", "season_periods", "origins", "errors",
    "mae", "mae_ratio", "mase", "coverage_80", "coverage_95",
]  # fmt: skip


def _forecast(
    series: pd.Series, statistic: str, grain: _Grain, methods: list[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    import pandas as pd

    # What is not settled yet is forecast; gaps before it are bridged.
    known = series.loc[: series.last_valid_index()].interpolate(limit_direction="both")  # type: ignore[misc]
    if len(series) - len(known) >= grain.steps:
        return [], [_refused(len(known), f"no figure for the last {len(series) - len(known)} periods")]
    values = known.to_numpy()
    newest = len(values) - grain.steps
    origins = [newest - back * grain.between_origins for back in range(_MOST_ORIGINS)]
    origins = [origin for origin in origins if origin >= grain.shortest_history]
    if len(origins) < _FEWEST_ORIGINS:
        needed = grain.shortest_history + (_FEWEST_ORIGINS - 1) * grain.between_origins + grain.steps
        reason = f"too few: {len(values)} complete periods, and a back-test needs {needed}"
        return [], [_refused(len(values), reason)]
    season, bounds = grain.season(origins[-1]), _BOUNDS.get(statistic, _FROM_ZERO)
    histories = {origin: values[max(0, origin - grain.longest_history) : origin] for origin in [*origins, len(values)]}
    ahead = {origin: values[origin : origin + grain.steps] for origin in origins}
    tests = {name: backtest(name, [(histories[it], ahead[it]) for it in origins], season, bounds) for name in methods}
    best = min(tests, key=lambda name: tests[name].mae)  # of equals the first, which is seasonal_naive

    value = run(best, histories[len(values)], season, grain.steps).clip(*bounds)
    steps = range(1, grain.steps + 1)
    made = pd.DataFrame({"horizon_periods": steps, "value": value, "method": best})
    made["period_start"] = [known.index[-1] + pd.Timedelta(days=grain.days * step) for step in steps]
    for level in LEVELS:
        reach = half_width(value, tests[best], level, statistic)
        made[f"low_{level}"], made[f"high_{level}"] = (value - reach).clip(*bounds), (value + reach).clip(*bounds)
    naive = tests["seasonal_naive"].mae
    judged = [
        _accuracy(test, naive, statistic)
        | {"method": name, "is_used": name == best, "periods": len(values), "season_periods": season}
        | {"reason": "smallest error" if name == best else f"{best} has the smallest error"}
        for name, test in tests.items()
    ]
    return [{str(name): value for name, value in row.items()} for row in made.to_dict("records")], judged


def _refused(periods: int, reason: str) -> dict[str, Any]:
    return {"method": "none", "is_used": False, "reason": reason, "periods": periods}


def _accuracy(test: Backtest, naive: float, statistic: str) -> dict[str, Any]:
    return {
        "origins": len(test.actuals),
        "errors": test.actuals.size,
        "mae": test.mae,
        "mae_ratio": test.mae / naive if naive else None,
        "mase": test.mase,
        **{f"coverage_{level}": coverage(test, level, statistic) for level in LEVELS},
    }


FORECAST = Analysis(
    "forecast",
    "Eight weeks ahead with intervals, and the errors of the back-test behind them.",
    {"series": SERIES},
    ("kpi_forecast", "kpi_forecast_accuracy"),
    analyse,
)
