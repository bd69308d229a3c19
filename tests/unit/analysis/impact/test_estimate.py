"""The difference-in-differences: worked out by hand, and over many worlds whose truth is known."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from dagster_project.analysis.impact.estimate import before_and_after, difference_in_differences
from tests.null_worlds import invented_world


def cells(*rows: tuple[bool, int, str, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["in_scope", "week", "mix_channel", "n", "total"])


def weekly(means: dict[tuple[bool, bool, str], float], cases: dict[tuple[bool, bool, str], int]) -> pd.DataFrame:
    """Four weeks before and after with these means and numbers of cases, a little up and down in turn."""
    rows = [
        (
            side,
            week,
            channel,
            cases[side, week >= 0, channel],
            cases[side, week >= 0, channel] * (mean + 0.1 * (-1) ** week),
        )
        for (side, is_after, channel), mean in means.items()
        for week in range(-4, 4)
        if (week >= 0) == is_after
    ]
    return cells(*rows)


def test_the_impact_is_the_difference_of_the_differences() -> None:
    means = {(True, False, "a"): 5.0, (True, True, "a"): 3.0, (False, False, "a"): 6.0, (False, True, "a"): 5.5}
    made = weekly(means, dict.fromkeys(means, 10))
    impact = difference_in_differences(made)
    assert impact.raw.value == pytest.approx((3.0 - 5.0) - (5.5 - 6.0))
    assert impact.within_mix is None
    assert before_and_after(made[made["in_scope"]]).value == pytest.approx(-2)


def test_a_shift_of_the_mix_is_no_impact_among_like_cases() -> None:
    # Chat takes 1, e-mail 9, everywhere and always; in scope half of the e-mails become chats.
    means = {
        (s, a, c): 1.0 if c == "chat" else 9.0 for s in (True, False) for a in (True, False) for c in ("chat", "mail")
    }
    numbers = dict.fromkeys(means, 10) | {(True, True, "chat"): 15, (True, True, "mail"): 5}
    impact = difference_in_differences(weekly(means, numbers))
    assert impact.raw.value == pytest.approx(-2)
    assert impact.within_mix is not None
    assert impact.within_mix.value == pytest.approx(0, abs=1e-9)
    assert impact.deciding is impact.within_mix


def test_a_drift_is_told_a_week() -> None:
    rows = [(side, week, "a", 10, 10.0 * (2 * week if side else 5)) for side in (True, False) for week in range(-6, 6)]
    assert difference_in_differences(cells(*rows)).drift.value == pytest.approx(2)


def test_numbers_of_cases_are_compared_as_ratios() -> None:
    # Halved in scope, a quarter more in the rest: 0.5 / 1.25.
    rows = [
        (side, week, "all", n + week % 2, float(n + week % 2))
        for side, week, n in [(True, w, 100 if w < 0 else 50) for w in range(-4, 4)]
        + [(False, w, 400 if w < 0 else 500) for w in range(-4, 4)]
    ]
    impact = difference_in_differences(cells(*rows), counts=True)
    assert math.exp(impact.raw.value) == pytest.approx((50.5 / 100.5) / (500.5 / 400.5))


def test_where_nothing_was_done_about_one_in_twenty_is_found_and_an_effect_lies_in_its_interval() -> None:
    # Cases of a day and of an agent are alike, and days that follow each other: tests/null_worlds.py.
    random = np.random.default_rng(5)
    nothing = [difference_in_differences(invented_world(random, weeks=8)).raw for _ in range(200)]
    assert 0.02 <= np.mean([it.p_value < 0.05 for it in nothing]) <= 0.08
    done = [difference_in_differences(invented_world(random, weeks=8, effect=0.5)).raw for _ in range(50)]
    assert np.mean([it.low <= 0.5 <= it.high for it in done]) >= 0.9
    assert np.mean([it.p_value < 0.05 for it in done]) >= 0.8
