"""Intervals of forecasts from the errors of the back-test, and how often they held what came.

The errors are conformal scores: with n of them, the interval reaches to the ceil((n + 1) level)-th smallest (Lei and
others 2018, Distribution-free predictive inference for regression). Errors of counts grow with the root of the count,
so they are scaled by it. Those of the first four and the last four weeks are kept apart, because they grow with time.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from dagster_project.analysis.forecast_methods import Backtest

    Array = np.ndarray[Any, np.dtype[np.float64]]

LEVELS = (80, 95)  # percent


def half_width(forecast: Array, backtest: Backtest, level: int, statistic: str) -> Array:
    """Return how far the interval reaches on either side of each forecast step."""
    return _half_width(forecast, backtest, list(range(len(backtest.forecasts))), level, statistic)


def coverage(backtest: Backtest, level: int, statistic: str) -> float:
    """Return the share of what came inside intervals made without the errors of the same weeks.

    Origins follow each other at half a horizon, so that neighbours forecast some of the same weeks and are left out.
    """
    import numpy as np

    origins = range(len(backtest.forecasts))
    inside = []
    for origin in origins:
        apart = [other for other in origins if abs(other - origin) >= 2]
        if apart:
            width = _half_width(backtest.forecasts[origin], backtest, apart, level, statistic)
            inside.append(abs(backtest.actuals[origin] - backtest.forecasts[origin]) <= width)
    return float(np.mean(inside))


def _half_width(forecast: Array, backtest: Backtest, origins: list[int], level: int, statistic: str) -> Array:
    import numpy as np

    forecasts = backtest.forecasts[origins]
    scores = abs(backtest.actuals[origins] - forecasts) / _spread(forecasts, statistic)
    half = scores.shape[1] // 2
    reach = [_score(part.ravel(), level) for part in (scores[:, :half], scores[:, half:])]
    return np.repeat(reach, [half, scores.shape[1] - half]) * _spread(forecast, statistic)


def _score(scores: Array, level: int) -> float:
    import numpy as np

    rank = min(len(scores), math.ceil((len(scores) + 1) * level / 100))
    return float(np.sort(scores)[rank - 1])


def _spread(forecast: Array, statistic: str) -> Array:
    import numpy as np

    return np.sqrt(forecast + 1) if statistic == "count" else np.ones_like(forecast)
