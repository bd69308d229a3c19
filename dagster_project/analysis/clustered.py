"""One regression for all comparisons: on sums of cases, with errors that allow for cases that hang together."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

SIGNIFICANCE = 0.05
# Share of a column, squared, that has to be its own.
DEPENDENT = 1e-9
# Share of the largest mean up to which a difference is one of rounding.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Effect:
    """An estimate with its 95 % interval and p-value (two-sided, against no effect)."""

    value: float
    low: float
    high: float
    p_value: float

    def as_change(self) -> Effect:
        """Return a difference of logarithms as a relative change: -0.5 is half of it."""
        return replace(self, value=math.expm1(self.value), low=math.expm1(self.low), high=math.expm1(self.high))

    def told(self, scale: str, unit: str) -> str:
        """Write it with its interval as people say it; `scale` is 'difference' or 'ratio' (a relative change)."""
        factor, name = (100, "%") if scale == "ratio" else (100, "points") if unit == "rate" else (1, unit)
        value, low, high = (f"{factor * it:+.3g}" for it in (self.value, self.low, self.high))
        return f"{value} {name} (95 %: {low} to {high})"


def clustered_effect(
    totals: np.ndarray, n: np.ndarray, design: np.ndarray, clusters: np.ndarray, *, counts: bool = False
) -> Effect:
    """Estimate the coefficient of the last column of a design.

    A regression of the means of cells, weighted by their cases, has the coefficients of the regression on the cases.
    Its errors are robust to any dependence within a cluster (Liang and Zeger 1986; Cameron and Miller 2015, sections
    II and VI.D), with Student's t of one degree less than there are clusters.

    Args:
        totals: sum of the cases' values, one a cell.
        n: cases of each cell, above 0.
        design: one row a cell; columns may depend on each other.
        clusters: whole numbers from 0.
        counts: totals are numbers of cases and the effect a difference of logarithms (Poisson regression, whose
            robust errors allow for overdispersion), and n is 1.

    Returns:
        The effect; all of it NaN where the last column follows from the others, so that there is nothing to compare.
        Where cases never vary but by rounding there is nothing to test: p is 1 where the effect is 0, else 0.
    """
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.regression.linear_model import WLS

    kept = _independent(design, n)
    if design.shape[1] - 1 not in kept:
        return Effect(math.nan, math.nan, math.nan, math.nan)
    if counts:
        model = GLM(totals, design, family=Poisson())
    else:
        # Looking for a constant takes as long as the regression, and only matters to what is not asked for.
        model = WLS(totals / n, design[:, kept], weights=n, hasconst=False)
    fitted = model.fit(cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True)
    value, variance = float(fitted.params[-1]), fitted.cov_params()[-1, -1]
    rounding = ROUNDING * (1 if counts else abs(totals / n).max())
    if abs(variance) <= rounding**2:  # it may even be below nothing
        return Effect(0.0, 0.0, 0.0, 1.0) if abs(value) <= rounding else Effect(value, value, value, 0.0)
    test = fitted.t_test([0] * (len(kept) - 1) + [1])
    low, high = test.conf_int(alpha=SIGNIFICANCE)[0]
    return Effect(value, float(low), float(high), float(test.pvalue))


def _independent(design: np.ndarray, weights: np.ndarray) -> list[int]:
    """Columns of which none follows from the others; of those that do, it does not matter which ones go."""
    import numpy as np
    from scipy.linalg import qr

    # The few columns' products are enough to see it, and much smaller than a row for each cell.
    products = design.T @ (design * weights[:, None])
    spread = np.sqrt(np.diag(products))
    spread[spread == 0] = 1
    triangle, order = qr(products / np.outer(spread, spread), mode="r", pivoting=True)
    rank = int((abs(np.diag(triangle)) > DEPENDENT).sum())
    return sorted(int(it) for it in order[:rank])


def corrected(p_values: list[float]) -> list[float]:
    """Correct for having looked many times (Benjamini and Hochberg 1995): of claims, one in twenty is chance.

    What has no p-value (NaN) was not looked at, and keeps none.
    """
    from statsmodels.stats.multitest import multipletests

    looked_at = [it for it in p_values if not math.isnan(it)]
    found = iter(multipletests(looked_at, method="fdr_bh")[1] if looked_at else [])
    return [it if math.isnan(it) else float(next(found)) for it in p_values]
