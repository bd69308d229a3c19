"""Fitting a method of churn prediction, choosing one, and what its probabilities are worth.

Frames hold one row a customer and cut, with the columns of `features.FEATURES` and `is_silent`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from dagster_project.analysis.churn.features import FEATURES

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

TENTHS = 10


def _logistic_regression() -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=0.1))


def _gradient_boosting() -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=60, learning_rate=0.08, max_leaf_nodes=8, min_samples_leaf=40, early_stopping=False, random_state=0
    )


METHODS: Mapping[str, Callable[[], Any]] = {
    "logistic regression": _logistic_regression,
    "gradient boosting": _gradient_boosting,
}


def fitted(method: str, training: pd.DataFrame) -> Any:
    """Return the method's scikit-learn estimator, fitted; what is not known takes the median of what is."""
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline

    # A feature that nobody has (no surveys, say) stays, as a constant.
    impute = SimpleImputer(strategy="median", keep_empty_features=True)
    features, silent = training[list(FEATURES)].to_numpy(dtype=float), training["is_silent"].to_numpy(bool)
    with _one_thread():
        return make_pipeline(impute, METHODS[method]()).fit(features, silent)


def risks(model: Any, customers: pd.DataFrame) -> np.ndarray:
    """Return the probability of no activity of each customer, 0 to 1."""
    with _one_thread():
        probabilities: np.ndarray = model.predict_proba(customers[list(FEATURES)].to_numpy(dtype=float))[:, 1]
    return probabilities


def _one_thread() -> AbstractContextManager[Any]:
    """Frames this small are not worth sharing out, and threads that wait for each other burn time."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[Any] = threadpool_limits(1)
    return limits


def chosen_method(cuts: Sequence[pd.DataFrame]) -> str:
    """Return the method with the smaller log loss on the latest cut after learning from those before it.

    With nothing to learn from before it there is nothing to choose by: logistic regression, which needs the least.
    """
    import pandas as pd
    from sklearn.metrics import log_loss

    earlier, latest = pd.concat([cuts[0].head(0), *cuts[:-1]]), cuts[-1]
    if earlier["is_silent"].nunique() < 2:
        return "logistic regression"
    known = latest["is_silent"].to_numpy(bool)
    losses = {name: log_loss(known, risks(fitted(name, earlier), latest), labels=[False, True]) for name in METHODS}
    return min(losses, key=lambda name: losses[name])


def tenths(values: np.ndarray) -> np.ndarray:
    """Return the tenth of each value, 1 for the highest values; tenths differ in size by one at most."""
    import numpy as np

    places = np.empty(len(values), dtype=int)
    places[np.argsort(-values, kind="stable")] = np.arange(len(values))
    return 1 + places * TENTHS // max(len(values), 1)


def calibration(known: np.ndarray, predicted: np.ndarray) -> pd.DataFrame:
    """Return the table `churn_calibration`: promised and observed shares of each tenth by risk."""
    import pandas as pd
    from statsmodels.stats.proportion import proportion_confint

    by_tenth = pd.DataFrame({"risk_decile": tenths(predicted), "churned": known.astype(int), "predicted": predicted})
    bins = by_tenth.groupby("risk_decile", sort=True).agg(
        customers=("churned", "size"), churned=("churned", "sum"), predicted_rate=("predicted", "mean")
    )
    bins["observed_rate"] = bins["churned"] / bins["customers"]
    bins["observed_low"], bins["observed_high"] = proportion_confint(
        bins["churned"], bins["customers"], method="wilson"
    )
    return bins.reset_index()


def auc_with_interval(known: np.ndarray, predicted: np.ndarray) -> tuple[float, float, float]:
    """Return the area under the ROC curve and its 95 % interval.

    The standard error is that of Hanley and McNeil (1982), Radiology 143:29-36.
    """
    from scipy.stats import norm
    from sklearn.metrics import roc_auc_score

    area = float(roc_auc_score(known, predicted))
    events = int(known.sum())
    others = len(known) - events
    both_events = area / (2 - area) - area**2
    both_others = 2 * area**2 / (1 + area) - area**2
    variance = (area * (1 - area) + (events - 1) * both_events + (others - 1) * both_others) / (events * others)
    half = float(norm.ppf(0.975)) * variance**0.5
    return area, max(0.0, area - half), min(1.0, area + half)
