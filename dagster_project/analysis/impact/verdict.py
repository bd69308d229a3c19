"""What the figures of an initiative mean: a verdict, and its reason in words."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from dagster_project.analysis.clustered import SIGNIFICANCE, Effect
from dagster_project.analysis.impact.estimate import Impact

# How much of an effect a drift from before, or a shift of the mix, has to explain to put it in doubt.
MATERIAL_SHARE = 0.5
# A drift is looked for behind every effect, and finding one where there is none costs a true effect its verdict.
DRIFT_SIGNIFICANCE = 0.01
IMPROVED_BUT = "improved, but a guardrail got worse"


@dataclass
class Judged:
    """One compared KPI: its row of `initiative_impact` as far as it is known, and its estimate.

    Effects on the scale 'ratio' are logarithms until they are published. `corrected_p_value` is that of the deciding
    estimate after the correction over many initiatives.
    """

    row: dict[str, Any]
    impact: Impact
    corrected_p_value: float = math.nan

    def published(self) -> dict[str, Any]:
        """Return the estimate, the verdict and its reason by column."""
        verdict, reason = self._verdict()
        columns = named("initiative_impact", self._shown(self.impact.deciding), "impact")
        columns |= named("raw_impact", self._shown(self.impact.raw), "raw")
        return columns | {
            "is_mix_adjusted": self.impact.within_mix is not None,
            "p_value": self.impact.deciding.p_value,
            "corrected_p_value": self.corrected_p_value,
            "pre_trend_per_week": self._shown(self.impact.drift).value,
            "pre_trend_p_value": self.impact.drift.p_value,
            "verdict": verdict,
            "reason": reason,
        }

    def _verdict(self) -> tuple[str, str]:
        effect, weeks = self.impact.deciding, self.row["weeks"]
        found = f"{self._told(effect)} against the rest, {weeks} weeks before and after"
        rivals = json.loads(self.row["confounded_by"])
        if rivals:
            return "confounded", f"{found}; in that time {', '.join(rivals)} changed cases of the same scope"
        if self._is_shift_of_mix():
            raw = self._told(self.impact.raw)
            return "confounded", f"the mix of cases shifted: {raw} in all, but among like cases {found}"
        if math.isnan(effect.p_value):
            return "confounded", "the mix of cases shifted: none before is like one after"
        if not self.corrected_p_value < SIGNIFICANCE:
            return "inconclusive", f"{found}: no more than chance"
        if self._was_drifting():
            drift = self._told(self.impact.drift)
            return "confounded", f"{found}; but scope and rest moved apart already before, {drift} a week"
        improved = (effect.value > 0) == (self.row["direction"] == "higher")
        return ("improved" if improved else "worse"), found

    def _is_shift_of_mix(self) -> bool:
        raw, alike = self.impact.raw, self.impact.within_mix
        if alike is None or not raw.p_value < SIGNIFICANCE:
            return False
        share = alike.value / raw.value
        return share < 0 if alike.p_value < SIGNIFICANCE else share < 1 - MATERIAL_SHARE

    def _was_drifting(self) -> bool:
        # The middles of the two windows lie as many weeks apart as each is long.
        drift, effect = self.impact.drift, self.impact.deciding
        carried_on = drift.value * self.row["weeks"]
        return drift.p_value < DRIFT_SIGNIFICANCE and carried_on / effect.value >= MATERIAL_SHARE

    def _shown(self, effect: Effect) -> Effect:
        return effect.as_change() if self.row["scale"] == "ratio" else effect

    def _told(self, effect: Effect) -> str:
        return self._shown(effect).told(self.row["scale"], self.row["unit"])


def named(name: str, effect: Effect, bound: str | None = None) -> dict[str, Any]:
    """Return an effect and its interval by column."""
    return {name: effect.value, f"{bound or name}_low": effect.low, f"{bound or name}_high": effect.high}


def told_with_guardrails(rows: list[dict[str, Any]]) -> None:
    """Say in the verdict on each improved target which guardrails of the initiative got worse."""
    worse: dict[str, list[str]] = {}
    for row in rows:
        if row["role"] == "guardrail" and row["verdict"] == "worse":
            worse.setdefault(row["initiative_key"], []).append(row["kpi_name"])
    for row in rows:
        if row["verdict"] == "improved" and row["role"] == "target" and row["initiative_key"] in worse:
            row["verdict"] = IMPROVED_BUT
            row["reason"] = f"{row['reason']}; but {', '.join(worse[row['initiative_key']])} got worse"
