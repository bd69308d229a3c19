"""The interval of Spearman's correlation, worked out by hand."""

from __future__ import annotations

import pytest

from dagster_project.analysis.rank_correlation import interval


def test_the_interval_of_one_half_over_28_pairs_is_that_of_bonett_and_wright() -> None:
    # atanh(0.5) = 0.549306; sqrt((1 + 0.125) / 25) x 1.959964 = 0.415771; tanh(0.133535) and tanh(0.965077).
    assert interval(0.5, 28) == pytest.approx((0.132747, 0.746533), abs=1e-5)


def test_the_interval_is_symmetric_about_none_and_never_leaves_minus_one_to_one() -> None:
    low, high = interval(0.0, 103)
    assert low == pytest.approx(-high)
    assert high == pytest.approx(0.193525, abs=1e-5)  # tanh(1.959964 / 10)
    assert interval(1.0, 30)[1] <= 1


def test_fewer_than_four_pairs_have_no_interval() -> None:
    with pytest.raises(ValueError, match="at least 4 pairs, found 3"):
        interval(0.5, 3)
