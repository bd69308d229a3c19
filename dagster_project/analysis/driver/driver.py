"""What moves overall satisfaction most, on its own and beside the rest: `analysis.driver`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagster_project.analysis.analysis import Analysis
from dagster_project.analysis.driver.answers import ANSWERS, DRIVERS
from dagster_project.analysis.rank_correlation import FEWEST_PAIRS, interval
from dagster_project.analysis.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd

HARD_TO_TELL_APART = 5  # variance inflation from which a coefficient says little about its driver alone
FEWEST_DIFFERENT = 10  # answers that differ from the rest: robust errors of a rare event are far too small


def analyse(answers: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Correlate and regress, for all customers and segment by segment.

    Args:
        answers: survey_response_key, customer, segment, overall, and a column for each driver (minutes as logarithms).

    Returns:
        `driver`: Spearman's correlation of each driver with the overall score, and coefficients of one linear
        regression a group on standardised scores. The two groups never share a model: what was done to the ticket acts
        through what the customer says of its parts, and would lose its own effect to them.
    """
    import pandas as pd

    segments = {} if answers.empty else {"all": answers, **dict(list(answers.groupby("segment", sort=True)))}
    rows = [
        {"segment": segment, "driver_group": group} | row
        for segment, part in segments.items()
        for group, drivers in DRIVERS.items()
        for row in _described(part, list(drivers))
    ]
    return {"driver": pd.DataFrame(rows, columns=[column.name for column in TABLES["driver"].columns])}


def _described(answers: pd.DataFrame, drivers: list[str]) -> list[dict[str, Any]]:
    """Describe the drivers of one group in one segment."""
    known = answers[answers[drivers].notna().any(axis=1)]
    reasons = _left_out(known[drivers])
    complete = known[["overall", "customer", *(it for it in drivers if it not in reasons)]].dropna()
    # What varied may do so no more among the answers for which everything is known.
    reasons |= _left_out(complete.drop(columns=["overall", "customer"]))
    in_model = [it for it in drivers if it not in reasons]
    needed, found = _customers_needed(in_model), complete["customer"].nunique()
    if found < needed or complete["overall"].nunique() < 2:
        reason = f"{found} customers with all drivers known, {needed} needed; or all their scores are alike"
        reasons |= dict.fromkeys(in_model, reason)
        in_model = []
    model = _regressed(complete, in_model)
    return [
        {"driver": it, **_correlated(known[["overall", "customer", it]].dropna())}
        | (model.get(it) or {"verdict": "too few", "reason": reasons[it]})
        for it in drivers
    ]


def _left_out(drivers: pd.DataFrame) -> dict[str, str]:
    """Return the drivers that cannot take part in a regression, and why."""
    reasons = {}
    for driver, values in drivers.items():
        found = values.dropna()
        if found.empty:
            reasons[str(driver)] = "not known of any answer"
        elif 2 * len(found) < len(values):
            reasons[str(driver)] = "known of less than half of the answers"
        elif len(found) - found.value_counts().iloc[0] < FEWEST_DIFFERENT:
            reasons[str(driver)] = f"the same for all answers but fewer than {FEWEST_DIFFERENT}"
    return reasons


def _correlated(pairs: pd.DataFrame) -> dict[str, Any]:
    from scipy.stats import spearmanr

    overall, customer, driver = pairs.columns
    counted: dict[str, Any] = {"answers": len(pairs), "customers": int(pairs[customer].nunique())}
    if counted["customers"] < FEWEST_PAIRS or pairs[driver].nunique() < 2 or pairs[overall].nunique() < 2:
        return counted
    correlation = float(spearmanr(pairs[driver], pairs[overall]).statistic)
    low, high = interval(correlation, counted["customers"])
    return counted | {"spearman": correlation, "spearman_low": low, "spearman_high": high}


def _customers_needed(drivers: list[str]) -> int:
    """Return how many a regression on so many drivers needs.

    50 + 8 m: Green (1991), How many subjects does it take to do a regression analysis, Multivariate Behavioral Research
    26:499-510.
    """
    return 50 + 8 * len(drivers)


def _regressed(complete: pd.DataFrame, drivers: list[str]) -> dict[str, dict[str, Any]]:
    """Regress the overall score on the drivers, of answers that know all of them."""
    import warnings

    import numpy as np
    from statsmodels.regression.linear_model import OLS
    from statsmodels.stats.outliers_influence import variance_inflation_factor

    if not drivers:
        return {}
    scores = complete[["overall", *drivers]]
    standardised = (scores - scores.mean()) / scores.std()
    design = standardised[drivers].to_numpy()
    # Standardised scores need no intercept. A second answer by the same customer is no independent one.
    groups = complete["customer"].factorize()[0]
    # Of two drivers that are the same the inflation is infinite, which their rows say better than a warning.
    with warnings.catch_warnings(action="ignore"):
        fit = OLS(standardised["overall"].to_numpy(), design).fit(
            cov_type="cluster", cov_kwds={"groups": groups}, use_t=True
        )
        inflations = [float(variance_inflation_factor(design, number)) for number in range(len(drivers))]
    intervals = fit.conf_int()
    model = {}
    for rank, number in enumerate(np.argsort(-np.abs(fit.params), kind="stable"), start=1):
        low, high = map(float, intervals[number])
        model[drivers[number]] = {
            "model_answers": len(complete),
            "coefficient": float(fit.params[number]),
            "coefficient_low": low,
            "coefficient_high": high,
            "variance_inflation": inflations[number],
            "explained_share": float(fit.rsquared),
            "driver_rank": rank,
            "verdict": "raises" if low > 0 else "lowers" if high < 0 else "inconclusive",
            "reason": "hardly to be told apart from the others" if inflations[number] >= HARD_TO_TELL_APART else None,
        }
    return model


DRIVER = Analysis(
    "driver",
    "Which satisfaction dimensions and operational KPIs move overall satisfaction most.",
    {"answers": ANSWERS},
    ("driver",),
    analyse,
)
