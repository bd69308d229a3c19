"""The tables `churn_risk`, `churn_model` and `churn_calibration`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagster_project.analysis.analysis import Analysis
from dagster_project.analysis.churn import model
from dagster_project.analysis.churn.features import CUSTOMERS, HORIZON_WEEKS
from dagster_project.analysis.tables import TABLES

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# At least 100 of each kind (Vergouwe et al. 2005, J. Clin. Epidemiol. 58:475-483): fewer validate nothing.
FEWEST_EACH = 100

CURRENT_WEEK = "select cast(date_trunc('week', as_of_date) as date) as scored_on from core.as_of"


def analyse(customers: pd.DataFrame, current_week: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Learn from earlier cuts, validate on the latest whose outcome is known, and score the current week.

    Args:
        customers: one row a customer and cut; see `features.CUSTOMERS`.
        current_week: scored_on, one row.

    Returns:
        `churn_model`, one row; `churn_calibration`, empty where nothing could be validated; `churn_risk`, empty where
        the model is refused.
    """
    import pandas as pd

    scored_on = current_week["scored_on"].iloc[0]
    cuts = [cut for _, cut in customers[~customers["is_scored"]].groupby("cut_on", sort=True)]
    known: dict[str, Any] = dict.fromkeys(_columns("churn_model")) | {"scored_on": scored_on} | _learned_from(cuts)
    made = {name: pd.DataFrame(columns=_columns(name)) for name in ("churn_risk", "churn_calibration")}
    known["reason"] = _too_thin(known)
    if known["reason"] is None:
        validated, made["churn_calibration"] = _validated(cuts)
        known |= validated
        if known["auc_low"] <= 0.5 or known["brier_score"] >= known["brier_score_of_share"]:
            known["reason"] = "at validation no better than giving everybody the same risk"
    if known["reason"] is None:
        scored = customers[customers["is_scored"]]
        made["churn_risk"] = _scored(known["method"], pd.concat(cuts), scored).assign(
            scored_on=scored_on, ends_on=scored_on + pd.Timedelta(weeks=HORIZON_WEEKS, days=-1)
        )
    known["verdict"] = "refused" if known["reason"] else "usable"
    return made | {"churn_model": pd.DataFrame([known])}


def _columns(table: str) -> list[str]:
    return [column.name for column in TABLES[table].columns]


def _learned_from(cuts: list[pd.DataFrame]) -> dict[str, Any]:
    if len(cuts) < 2:
        return {"training_cuts": 0}
    counts = {"training_cuts": len(cuts) - 1}
    for name, part in (("training", cuts[:-1]), ("validation", cuts[-1:])):
        counts[f"{name}_customers"] = sum(len(cut) for cut in part)
        counts[f"{name}_churned"] = sum(int(cut["is_silent"].sum()) for cut in part)
    return counts | {"trained_on": cuts[-2]["cut_on"].iloc[0], "validated_on": cuts[-1]["cut_on"].iloc[0]}


def _too_thin(known: dict[str, Any]) -> str | None:
    """Return why there is too little to learn from or to validate on."""
    if not known["training_cuts"]:
        return (
            f"too little history: learning and validating need two periods of {HORIZON_WEEKS} weeks with customers and"
            " half a year before them, which is a year of data"
        )
    for name in ("training", "validation"):
        churned = known[f"{name}_churned"]
        stayed = known[f"{name}_customers"] - churned
        if min(churned, stayed) < FEWEST_EACH:
            return f"too few for {name}: {churned} fell silent and {stayed} stayed; needed are {FEWEST_EACH} of each"
    return None


def _validated(cuts: list[pd.DataFrame]) -> tuple[dict[str, Any], pd.DataFrame]:
    """Learn from all cuts but the last, and measure on that."""
    import pandas as pd
    from sklearn.metrics import brier_score_loss

    training, validation = pd.concat(cuts[:-1]), cuts[-1]
    method = model.chosen_method(cuts[:-1])
    silent = validation["is_silent"].to_numpy(bool)
    predicted = model.risks(model.fitted(method, training), validation)
    bins = model.calibration(silent, predicted)
    auc, auc_low, auc_high = model.auc_with_interval(silent, predicted)
    share = training["is_silent"].astype(float).mean()
    distances = (bins["predicted_rate"] - bins["observed_rate"]).abs()
    measured = {
        "method": method,
        "predicted_churned": float(predicted.sum()),
        "auc": auc,
        "auc_low": auc_low,
        "auc_high": auc_high,
        "auc_of_irregular": _auc_of_irregular(validation, silent, predicted),
        "brier_score": float(brier_score_loss(silent, predicted)),
        "brier_score_of_share": float(((silent - share) ** 2).mean()),
        "calibration_error": float((distances * bins["customers"]).sum() / bins["customers"].sum()),
        "lift_of_top_tenth": float(bins["observed_rate"].iloc[0] / silent.mean()),
    }
    return measured, bins


def _auc_of_irregular(validation: pd.DataFrame, silent: np.ndarray, predicted: np.ndarray) -> float | None:
    from sklearn.metrics import roc_auc_score

    irregular = (validation["weeks_active_of_13"] < HORIZON_WEEKS).to_numpy()
    if len(set(silent[irregular])) < 2:
        return None
    return float(roc_auc_score(silent[irregular], predicted[irregular]))


def _scored(method: str, learned: pd.DataFrame, scored: pd.DataFrame) -> pd.DataFrame:
    risk = model.risks(model.fitted(method, learned), scored)
    made = scored[["customer_key"]].assign(churn_risk=risk, risk_decile=model.tenths(risk))
    made["risk_rank"] = made["churn_risk"].rank(method="min", ascending=False).astype(int)
    return made


CHURN = Analysis(
    "churn",
    "The risk that a customer falls silent, and what the model behind it is worth.",
    {"customers": CUSTOMERS, "current_week": CURRENT_WEEK},
    ("churn_risk", "churn_model", "churn_calibration"),
    analyse,
)
