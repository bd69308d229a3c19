"""Difference-in-differences over weekly sums, with intervals that allow for weeks that differ as wholes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.analysis.clustered import Effect, clustered_effect

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True)
class Impact:
    """What happened in scope and not in the rest.

    `raw` is after less before in scope, less the same of the rest; `within_mix` is the like among cases of the same mix
    (None: there is no mix to adjust for); `drift` is the growth a week of the distance before the start.
    """

    raw: Effect
    within_mix: Effect | None
    drift: Effect

    @property
    def deciding(self) -> Effect:
        """The estimate that the verdict rests on."""
        return self.within_mix or self.raw


def before_and_after(cells: pd.DataFrame, *, counts: bool = False) -> Effect:
    """Estimate how the cases after the start differ from those before, whatever the reason; see the function below."""
    import numpy as np

    whole = cells.groupby("week", as_index=False)[["n", "total"]].sum()
    after = (whole["week"] >= 0).to_numpy(dtype=float)
    return _fit(whole, np.column_stack([np.ones(len(whole)), after]), counts=counts)


def difference_in_differences(cells: pd.DataFrame, *, counts: bool = False) -> Impact:
    """Estimate what an initiative changed; all cases of a week, in scope and outside, are one cluster.

    Args:
        cells: in_scope, week (-1 the last before the start, 0 the first after), columns mix_*, n and total: cases and
            the sum of their values. With `counts`, total is a number of cases, there is a row for each side and week,
            and effects are on the log scale.
        counts: whether the figure is a number of cases.
    """
    whole = cells.groupby(["in_scope", "week"], as_index=False)[["n", "total"]].sum()
    parts = [str(name) for name in cells if str(name).startswith("mix_")]
    mix = [] if counts else [part for part in parts if cells[part].nunique() > 1]
    before = cells[cells["week"] < 0] if mix else whole[whole["week"] < 0]
    return Impact(
        raw=_fit(whole, _design(whole, whole["week"] >= 0), counts=counts),
        within_mix=_fit(cells, _design(cells, cells["week"] >= 0), mix=mix) if mix else None,
        drift=_fit(before, _design(before, before["week"]), counts=counts, mix=mix),
    )


def _design(cells: pd.DataFrame, time: pd.Series) -> np.ndarray:
    """Intercept, scope, time, and both at once: the coefficient of the last is how scope and rest moved apart."""
    import numpy as np

    scope, moment = cells["in_scope"].to_numpy(dtype=float), time.to_numpy(dtype=float)
    return np.column_stack([np.ones(len(cells)), scope, moment, scope * moment])


def _fit(cells: pd.DataFrame, design: np.ndarray, *, counts: bool = False, mix: list[str] | None = None) -> Effect:
    import numpy as np
    import pandas as pd

    if mix:
        design = np.column_stack([pd.get_dummies(cells[mix], drop_first=True, dtype=float), design])
    totals, n = (cells[name].to_numpy(dtype=float) for name in ("total", "n"))
    weeks = (cells["week"] - cells["week"].min()).to_numpy()
    return clustered_effect(totals, np.ones_like(n) if counts else n, design, weeks, counts=counts)
