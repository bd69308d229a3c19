"""The reference's statistics, against figures published or worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from tests.reference.periods import index, mean, median, p90, period_start, wilson_interval


# R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998), table I.
@pytest.mark.parametrize(
    ("hits", "cases", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_are_those_published(hits: int, cases: int, low: float, high: float) -> None:
    assert wilson_interval(hits, cases) == pytest.approx((low, high), abs=5e-5)


def test_no_hit_gives_no_share_below_nothing_and_all_hits_none_above_all() -> None:
    assert wilson_interval(0, 13)[0] == 0
    assert wilson_interval(13, 13)[1] == pytest.approx(1, abs=1e-12)


def test_percentiles_lie_between_the_two_nearest_values() -> None:
    # Position 0.5 x 3 = 1.5 of 1, 2, 4, 10: halfway from 2 to 4. Position 0.9 x 3 = 2.7: 4 + 0.7 x 6.
    assert median([1, 2, 4, 10]).value == 3
    assert p90([1, 2, 4, 10]).value == pytest.approx(8.2)
    assert p90([7]).value == 7


def test_a_mean_publishes_its_sum_and_its_cases() -> None:
    it = mean([1, 2, 4.5])
    assert (it.numerator, it.denominator, it.value, it.sample_size) == (7.5, 3, 2.5, 3)


def test_an_index_has_the_normal_interval_of_its_mean() -> None:
    # Two promoters, a passive, a detractor: mean 0.25, mean square 0.75, variance 0.6875, error of the mean
    # root(0.6875 / 4) = 0.414578.
    it = index([-1, 0, 1, 1])
    assert (it.numerator, it.denominator, it.value) == (1, 4, 25)
    assert it.value_low == pytest.approx(25 - 195.9964 * 0.414578, abs=1e-3)
    assert it.value_high == pytest.approx(25 + 195.9964 * 0.414578, abs=1e-3)


@pytest.mark.parametrize(
    ("grain", "expected"),
    [("day", (2027, 1, 3)), ("week", (2026, 12, 28)), ("month", (2027, 1, 1)), ("quarter", (2027, 1, 1))],
)
def test_a_sunday_in_january_belongs_to_a_week_of_december(grain: str, expected: tuple[int, int, int]) -> None:
    assert period_start(date(2027, 1, 3), grain) == date(*expected)
