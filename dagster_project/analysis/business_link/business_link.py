"""Do customers with the better experience stay and spend more in the period after: `satisfaction_business_link`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagster_project.analysis.analysis import Analysis
from dagster_project.analysis.business_link.correlations import CORRELATIONS
from dagster_project.analysis.rank_correlation import FEWEST_PAIRS, interval
from dagster_project.analysis.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd


def analyse(correlations: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Judge each correlation by its interval.

    Args:
        correlations: the columns of `satisfaction_business_link` but the interval, verdict and reason.
    """
    import pandas as pd

    judged = [row | _judged(row["spearman"], row["customers"]) for row in correlations.to_dict("records")]
    columns = [column.name for column in TABLES["satisfaction_business_link"].columns]
    return {"satisfaction_business_link": pd.DataFrame(judged, columns=columns)}


def _judged(spearman: float, customers: int) -> dict[str, Any]:
    import math

    if customers < FEWEST_PAIRS:
        return {"spearman": None, "verdict": "too few", "reason": f"{customers} customers of {FEWEST_PAIRS} needed"}
    if math.isnan(spearman):
        return {"verdict": "too few", "reason": "all alike: nothing to compare"}
    low, high = interval(spearman, customers)
    verdict = "positive" if low > 0 else "negative" if high < 0 else "inconclusive"
    return {"spearman_low": low, "spearman_high": high, "verdict": verdict}


BUSINESS_LINK = Analysis(
    "business_link",
    "How a customer's experience in a period goes with retention and spending in the next.",
    {"correlations": CORRELATIONS},
    ("satisfaction_business_link",),
    analyse,
)
