"""What figures mean."""

from __future__ import annotations

from typing import Any

import pytest

from dagster_project.analysis.clustered import Effect
from dagster_project.analysis.impact.estimate import Impact
from dagster_project.analysis.impact.verdict import Judged, told_with_guardrails

CERTAIN = Effect(-0.2, -0.3, -0.1, 0.001)
NOTHING = Effect(0.01, -0.1, 0.12, 0.8)


def verdict(
    raw: Effect = CERTAIN,
    within_mix: Effect | None = None,
    drift: Effect = NOTHING,
    *,
    corrected: float = 0.001,
    **row: Any,
) -> dict[str, Any]:
    usual = {"scale": "difference", "unit": "rate", "direction": "lower", "weeks": 12, "confounded_by": "[]"}
    return Judged(usual | row, Impact(raw, within_mix, drift), corrected).published()


def test_a_certain_change_is_an_improvement_or_not_as_the_registry_says() -> None:
    assert verdict(direction="lower")["verdict"] == "improved"
    assert verdict(direction="higher")["verdict"] == "worse"
    assert verdict()["reason"] == "-20 points (95 %: -30 to -10) against the rest, 12 weeks before and after"


def test_the_corrected_p_value_decides() -> None:
    assert verdict(corrected=0.2)["verdict"] == "inconclusive"


def test_a_change_that_the_mix_explains_is_confounded() -> None:
    found = verdict(CERTAIN, NOTHING, corrected=0.8)
    assert found["verdict"] == "confounded"
    assert "mix of cases shifted: -20 points" in found["reason"]


def test_like_cases_that_moved_the_other_way_are_confounded() -> None:
    assert verdict(CERTAIN, Effect(0.2, 0.1, 0.3, 0.001))["verdict"] == "confounded"


def test_like_cases_decide_where_all_cases_are_too_mixed_to_tell() -> None:
    found = verdict(Effect(-0.2, -0.5, 0.1, 0.2), CERTAIN)
    assert (found["verdict"], found["initiative_impact"], found["raw_low"]) == ("improved", -0.2, -0.5)


def test_a_mix_without_like_cases_is_confounded() -> None:
    nan = float("nan")
    assert verdict(Effect(-0.2, -0.5, 0.1, 0.2), Effect(nan, nan, nan, nan), corrected=nan)["verdict"] == "confounded"


def test_a_drift_from_before_that_explains_half_of_the_change_confounds_it() -> None:
    # 12 weeks of -0.01 a week are more than half of -0.2; the same the other way explains nothing of it.
    assert verdict(drift=Effect(-0.01, -0.015, -0.005, 0.001))["verdict"] == "confounded"
    assert verdict(drift=Effect(0.01, 0.005, 0.015, 0.001))["verdict"] == "improved"
    assert verdict(drift=Effect(-0.005, -0.007, -0.003, 0.001))["verdict"] == "improved"
    assert verdict(drift=Effect(-0.01, -0.03, 0.01, 0.3))["verdict"] == "improved"


def test_another_initiative_on_the_same_cases_confounds() -> None:
    found = verdict(confounded_by='["hr:B"]')
    assert found["verdict"] == "confounded"
    assert "hr:B changed cases of the same scope" in found["reason"]


def test_a_ratio_is_published_as_a_relative_change() -> None:
    assert verdict(scale="ratio")["initiative_impact"] == pytest.approx(-0.1813, abs=1e-4)


def test_an_improved_target_tells_of_its_worse_guardrails() -> None:
    rows = [
        {"initiative_key": "a", "kpi_name": "Speed", "role": "target", "verdict": "improved", "reason": "-10 %"},
        {"initiative_key": "a", "kpi_name": "Satisfaction", "role": "guardrail", "verdict": "worse", "reason": ""},
        {"initiative_key": "a", "kpi_name": "Reopenings", "role": "guardrail", "verdict": "inconclusive", "reason": ""},
        {"initiative_key": "b", "kpi_name": "Speed", "role": "target", "verdict": "improved", "reason": "-10 %"},
    ]
    told_with_guardrails(rows)
    assert rows[0]["verdict"] == "improved, but a guardrail got worse"
    assert rows[0]["reason"] == "-10 %; but Satisfaction got worse"
    assert rows[3]["verdict"] == "improved"
