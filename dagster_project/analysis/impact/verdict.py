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
        scale, alike = self.row["scale"], self.impact.within_mix
        columns = self.named(scale, "initiative_impact", self.impact.deciding, "impact")
        columns |= self.named(scale, "raw_impact", self.impact.raw, "raw")
        return columns | {
            "is_mix_adjusted": alike is not None,
            "p_value": self.impact.deciding.p_value,
            "corrected_p_value": self.corrected_p_value,
            "pre_trend_per_week": _shown(scale, self.impact.drift.value),
            "pre_trend_p_value": self.impact.drift.p_value,
            "verdict": verdict,
            "reason": reason,
        }

    @staticmethod
    def named(scale: str, name: str, effect: Effect, bound: str | None = None) -> dict[str, float]:
        """Return an effect and its interval by column, a logarithm of a ratio as a relative change."""
        low, high = (f"{bound or name}_{end}" for end in ("low", "high"))
        return {name: _shown(scale, effect.value), low: _shown(scale, effect.low), high: _shown(scale, effect.high)}

    def _verdict(self) -> tuple[str, str]:
        effect, weeks = self.impact.deciding, self.row["weeks"]
        found = f"{self._told(effect)} against the rest, {weeks} weeks before and after"
        rivals = json.loads(self.row["confounded_by"])
        if rivals:
            return "confounded", f"{found}; in that time {', '.join(rivals)} changed cases of the same scope"
        if self._is_shift_of_mix():
            return (
                "confounded",
                f"{self._told(self.impact.raw)} in all, but among like cases {found}: their mix shifted",
            )
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

    def _told(self, effect: Effect) -> str:
        scale, unit = self.row["scale"], self.row["unit"]
        factor, unit = (100, "%") if scale == "ratio" else (100, "points") if unit == "rate" else (1, unit)
        value, low, high = (f"{factor * _shown(scale, it):+.3g}" for it in (effect.value, effect.low, effect.high))
        return f"{value} {unit} (95 %: {low} to {high})"


def _shown(scale: str, effect: float) -> float:
    return math.expm1(effect) if scale == "ratio" else effect


def told_with_guardrails(rows: list[dict[str, Any]]) -> None:
    """Say in the verdict on each improved target which guardrails of the initiative got worse."""
    for row in rows:
        if row["verdict"] == "improved" and row["role"] == "target":
            worse = [
                it["kpi"]
                for it in rows
                if it["initiative_key"] == row["initiative_key"]
                and it["role"] == "guardrail"
                and it["verdict"] == "worse"
            ]
            if worse:
                row["verdict"] = IMPROVED_BUT
                row["reason"] = f"{row['reason']}; but {', '.join(worse)} got worse"
