"""`analysis.initiative_impact`: figures, estimate and verdict of every initiative and KPI."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from dagster_project.analysis.analysis import Analysis
from dagster_project.analysis.clustered import corrected
from dagster_project.analysis.impact.cases import VALUES, WEEKLY
from dagster_project.analysis.impact.estimate import Impact, before_and_after, difference_in_differences
from dagster_project.analysis.impact.measures import measures
from dagster_project.analysis.impact.verdict import Judged, named, told_with_guardrails
from dagster_project.analysis.impact.windows import FEWEST_WEEKS
from dagster_project.analysis.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd

TABLE = "initiative_impact"
KEY = ["initiative_key", "kpi"]
SIDES = {
    (in_scope, is_after): f"{'scope' if in_scope else 'control'}_{'after' if is_after else 'before'}"
    for in_scope in (True, False)
    for is_after in (False, True)
}
# Where more cases than this took no time at all, durations are compared by their mean: nothing has no logarithm.
MOST_NOTHINGS = 0.05

WINDOWS = """
    select windows.*, initiatives.name as initiative, registry.name as kpi_name, registry.direction,
        registry.unit,
        case when windows.role = 'target' then initiatives.target_value end as target_value, impact.minimum_sample
    from analysis.initiative_window as windows
    inner join core.dim_initiative as initiatives on windows.initiative_key = initiatives.initiative_key
    inner join seed.kpis as impact on impact.kpi = 'initiative_impact'
    left join seed.kpis as registry on windows.kpi = registry.kpi
"""


def analyse(windows: pd.DataFrame, weekly: pd.DataFrame, values: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Compare and judge.

    Args:
        windows: see `WINDOWS`.
        weekly: sums by week, side and mix of cases, see `cases.WEEKLY`.
        values: the KPI's values by side, see `cases.VALUES`.

    Returns:
        `initiative_impact`.
    """
    import pandas as pd

    columns = [column.name for column in TABLES[TABLE].columns]
    cells, sides = (dict(iter(frame.groupby(KEY))) for frame in (weekly, values))
    rows = cast("list[dict[str, Any]]", windows.to_dict("records"))
    judged = []
    for row in rows:
        key = (row["initiative_key"], row["kpi"])
        if not pd.isna(row["refusal"]):
            row["verdict"] = row["refusal"]
            continue
        compared_cells = cells.get(key, weekly[:0])
        row |= _figures(row, compared_cells, sides.get(key, values[:0]))
        compared = _compared(row, compared_cells)
        if compared is not None:
            judged.append(Judged(row, compared))
    for role in ("target", "guardrail"):
        tested = [it for it in judged if it.row["role"] == role]
        for it, p_value in zip(tested, corrected([it.impact.deciding.p_value for it in tested]), strict=True):
            it.corrected_p_value = p_value
    for it in judged:
        it.row |= it.published()
    for row in rows:
        left_out = [] if pd.isna(row["left_out"]) else json.loads(row["left_out"])
        if left_out:
            row["reason"] += f"; without cases of {', '.join(left_out)}"
    told_with_guardrails(rows)
    return {TABLE: pd.DataFrame(rows, columns=columns).astype({"weeks": "Int64"})}


def _figures(row: dict[str, Any], cells: pd.DataFrame, sides: pd.DataFrame) -> dict[str, Any]:
    """Say how many cases there are in scope and control, before and after, and their KPI as people read it."""
    statistic: str = measures()[row["kpi"]].statistic
    if statistic == "median" and cells["nothings"].sum() > MOST_NOTHINGS * cells["n"].sum():
        statistic = "mean"
    figures: dict[str, Any] = {
        "statistic": statistic,
        "scale": "ratio" if statistic in ("median", "count") else "difference",
    }
    figures |= {f"{side}_n": 0 for side in SIDES.values()}
    for side in sides.to_dict("records"):
        name = SIDES[side["in_scope"], side["is_after"]]
        figures[f"{name}_n"] = side["n"]
        figures[name] = {
            "median": side["median"],
            "count": side["n"] / (7 * row["weeks"]),
            "index": 100 * side["mean"],
        }.get(statistic, side["mean"])
    return figures


def _compared(row: dict[str, Any], cells: pd.DataFrame) -> Impact | None:
    """Estimate the impact; None, and a verdict in the row, where that cannot be done."""
    cells = _on_scale(row, cells)
    counts = row["statistic"] == "count"
    scope, control = cells[cells["in_scope"]], cells[~cells["in_scope"]]
    lacking = _lacking(row, "scope", scope)
    if lacking:
        row |= {"verdict": "too few", "reason": lacking}
        return None
    change = before_and_after(scope, counts=counts)
    row |= named("difference", change.as_change() if row["scale"] == "ratio" else change)
    lacking = _lacking(row, "control", control)
    if lacking:
        reason = f"nothing to compare with ({lacking}): before and after do not tell the initiative from the season"
        row |= {"verdict": "inconclusive", "reason": reason}
        return None
    return difference_in_differences(cells, counts=counts)


def _lacking(row: dict[str, Any], side: str, cells: pd.DataFrame) -> str | None:
    for name, part in (("before", cells[cells["week"] < 0]), ("after", cells[cells["week"] >= 0])):
        n, weeks = row[f"{side}_{name}_n"], part.loc[part["n"] > 0, "week"].nunique()
        if n < row["minimum_sample"] or weeks < FEWEST_WEEKS:
            return (
                f"{n} cases in {weeks} weeks {name} in {'scope' if side == 'scope' else 'the rest'}; "
                f"{row['minimum_sample']} in {FEWEST_WEEKS} are needed"
            )
    return None


def _on_scale(row: dict[str, Any], cells: pd.DataFrame) -> pd.DataFrame:
    """Choose what is added up; weeks without a case count where cases are counted."""
    import pandas as pd

    if row["statistic"] == "count":
        every = pd.MultiIndex.from_product(
            [(False, True), range(-row["weeks"], row["weeks"])], names=["in_scope", "week"]
        )
        counted = cells.groupby(["in_scope", "week"])["n"].sum().reindex(every, fill_value=0).reset_index()
        return counted.assign(total=counted["n"])
    if row["statistic"] == "median":
        return cells.assign(total=cells["log_total"])
    return cells.assign(total=100 * cells["total"]) if row["statistic"] == "index" else cells


IMPACT = Analysis(
    TABLE,
    "What each initiative did to its target and its guardrails, and whether that is more than chance.",
    {"windows": WINDOWS, "weekly": WEEKLY, "values": VALUES},
    (TABLE,),
    analyse,
)
