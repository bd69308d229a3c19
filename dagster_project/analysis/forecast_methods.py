"""The methods that forecast a series, and what each got wrong before."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Method = Callable[[Array, int, int], Array]


def seasonal_naive(history: Array, season: int, steps: int) -> Array:
    """Repeat the latest season; with a season of 1, the latest value."""
    import numpy as np

    return np.resize(history[-season:], steps)


def theta(history: Array, season: int, steps: int) -> Array:
    """Forecast by the theta method: smoothing with half the drift (Assimakopoulos and Nikolopoulos 2000)."""
    import numpy as np
    from statsmodels.tsa.forecasting.theta import ThetaModel

    model = ThetaModel(history, period=season, deseasonalize=season > 1, method="additive")
    return np.asarray(model.fit().forecast(steps), dtype=float)


def stl_ets(history: Array, season: int, steps: int) -> Array:
    """Forecast the seasonally adjusted series of a robust STL by simple exponential smoothing, and add the season."""
    import numpy as np
    from statsmodels.tsa.forecasting.stl import STLForecast
    from statsmodels.tsa.holtwinters import SimpleExpSmoothing

    start = {"initialization_method": "heuristic"}
    if season == 1:
        return np.asarray(SimpleExpSmoothing(history, **start).fit().forecast(steps), dtype=float)
    model = STLForecast(history, SimpleExpSmoothing, model_kwargs=start, period=season, robust=True)
    return np.asarray(model.fit().forecast(steps), dtype=float)


METHODS: dict[str, Method] = {"seasonal_naive": seasonal_naive, "theta": theta, "stl_ets": stl_ets}


@dataclass(frozen=True)
class Backtest:
    """What one method forecast from each origin, and what came.

    `forecasts` and `actuals` have one row an origin and one column a step; `scale` is the mean error that
    seasonal_naive makes one season ahead within the history before each origin.
    """

    forecasts: Array
    actuals: Array
    scale: Array

    @property
    def mae(self) -> float:
        """Mean absolute error."""
        return float(abs(self.actuals - self.forecasts).mean())

    @property
    def mase(self) -> float | None:
        """Mean absolute scaled error (Hyndman and Koehler 2006); None where the history never changed."""
        if (self.scale == 0).any():
            return None
        return float((abs(self.actuals - self.forecasts) / self.scale[:, None]).mean())


def run(method: str, history: Array, season: int, steps: int) -> Array:
    """Forecast `steps` values after `history`; one that never changes needs no method."""
    if method == "seasonal_naive" or history.min() == history.max():
        return seasonal_naive(history, season, steps)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an optimiser that stops early is judged by its errors
        return METHODS[method](history, season, steps)


def backtest(method: str, trials: list[tuple[Array, Array]], season: int, bounds: tuple[float, float]) -> Backtest:
    """Forecast what came after each history, pairs of which are the trials, knowing the history alone."""
    import numpy as np

    return Backtest(
        np.array([run(method, history, season, len(came)).clip(*bounds) for history, came in trials]),
        np.array([came for _, came in trials]),
        np.array([abs(history[season:] - history[:-season]).mean() for history, _ in trials]),
    )
