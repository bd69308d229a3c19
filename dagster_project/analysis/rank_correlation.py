"""The interval of a rank correlation, for every analysis that publishes one."""

from __future__ import annotations

# The interval below holds its level from here on (Bonett and Wright 2000).
FEWEST_PAIRS = 25


def interval(correlation: float, pairs: int) -> tuple[float, float]:
    """Return the 95 % interval of Spearman's correlation of independent pairs.

    Fisher's z with the standard error sqrt((1 + r^2 / 2) / (n - 3)): Bonett and Wright (2000), Sample size
    requirements for estimating Pearson, Kendall and Spearman correlations, Psychometrika 65:23-28. Where customers
    come several times, give the number of customers: what they repeat adds less, so the interval is not too narrow.

    Raises:
        ValueError: fewer than four pairs.
    """
    import math

    from scipy.stats import norm

    if pairs < 4:
        raise ValueError(f"the interval of a rank correlation needs at least 4 pairs, found {pairs}")
    # A perfect correlation has no finite z.
    z = math.atanh(max(-1 + 1e-12, min(1 - 1e-12, correlation)))
    half = float(norm.ppf(0.975)) * math.sqrt((1 + correlation**2 / 2) / (pairs - 3))
    return math.tanh(z - half), math.tanh(z + half)
