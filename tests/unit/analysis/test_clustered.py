"""The regression against the same figures computed from single cases, and its formula written out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from dagster_project.analysis.clustered import Effect, clustered_effect, corrected


def cases() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values, design and clusters of 60 cases in 12 clusters; the second half of the clusters is treated."""
    random = np.random.default_rng(3)
    clusters = np.repeat(np.arange(12), 5)
    treated = (clusters >= 6).astype(float)
    values = 2 + treated + random.normal(size=12)[clusters] + random.normal(size=60)
    return values, np.column_stack([np.ones(60), treated]), clusters


def test_the_interval_is_that_of_the_sandwich_formula() -> None:
    values, design, clusters = cases()
    effect = clustered_effect(values, np.ones(60), design, clusters)
    bread = np.linalg.inv(design.T @ design)
    coefficients = bread @ design.T @ values
    scores = design * (values - design @ coefficients)[:, None]
    sums = np.array([scores[clusters == it].sum(0) for it in range(12)])
    variance = bread @ sums.T @ sums @ bread * (12 / 11) * (59 / 58)
    error = math.sqrt(variance[1, 1])
    assert effect.value == pytest.approx(coefficients[1])
    assert effect.high - effect.value == pytest.approx(error * stats.t.ppf(0.975, 11))
    assert effect.p_value == pytest.approx(2 * stats.t.sf(abs(coefficients[1]) / error, 11))


def test_sums_of_cells_have_the_effect_of_the_cases() -> None:
    values, design, clusters = cases()
    sums = np.bincount(clusters, values)
    by_cell = clustered_effect(sums, np.full(12, 5.0), design[::5], np.arange(12))
    assert by_cell.value == pytest.approx(values[30:].mean() - values[:30].mean())


def test_columns_that_follow_from_others_change_nothing() -> None:
    values, design, clusters = cases()
    doubled = np.column_stack([2 * design[:, 0], design])
    assert clustered_effect(values, np.ones(60), doubled, clusters).p_value == pytest.approx(
        clustered_effect(values, np.ones(60), design, clusters).p_value
    )


def test_a_last_column_that_follows_from_others_has_no_effect_to_speak_of() -> None:
    values, design, clusters = cases()
    assert math.isnan(clustered_effect(values, np.ones(60), design[:, [0, 1, 1]], clusters).p_value)


@pytest.mark.parametrize("level", [0.0, 1 / 3, 0.7, 1e6])
def test_cases_that_never_vary_have_no_effect_but_one_of_all_of_them(level: float) -> None:
    weeks, scope = np.tile(np.arange(8), 2), np.repeat([0.0, 1.0], 8)
    after, n = (weeks >= 4).astype(float), np.arange(3.0, 19.0)
    design = np.column_stack([np.ones(16), scope, after, scope * after])
    for means in (np.full(16, level), level * (1 + scope)):  # the same everywhere, and in scope twice the rest
        assert clustered_effect(means * n, n, design, weeks) == Effect(0, 0, 0, 1)
    if level:
        step = clustered_effect(level * (1 + scope * after) * n, n, design, weeks)
        assert step.value == step.low == step.high == pytest.approx(level)
        assert step.p_value == 0


def test_numbers_of_cases_that_never_vary_have_no_effect() -> None:
    design = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    assert clustered_effect(np.full(6, 7.0), np.ones(6), design, np.arange(6), counts=True) == Effect(0, 0, 0, 1)


def test_a_number_of_cases_is_compared_by_its_logarithm() -> None:
    counts = np.array([9.0, 11, 10, 19, 21, 20])
    design = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    effect = clustered_effect(counts, np.ones(6), design, np.arange(6), counts=True)
    assert effect.value == pytest.approx(math.log(2))
    assert effect.as_change().value == pytest.approx(1)


def test_an_effect_is_told_in_its_unit() -> None:
    effect = Effect(-0.05, -0.08, -0.02, 0.01)
    assert effect.told("difference", "rate") == "-5 points (95 %: -8 to -2)"
    assert effect.told("difference", "minutes") == "-0.05 minutes (95 %: -0.08 to -0.02)"
    halved = Effect(math.log(0.5), math.log(0.4), math.log(0.6), 0.001)
    assert halved.as_change().told("ratio", "minutes") == "-50 % (95 %: -60 to -40)"


def test_the_correction_is_that_of_benjamini_and_hochberg() -> None:
    # Of four: 4/1 x 0.01, 4/2 x 0.02, 4/3 x 0.03, 4/4 x 0.5, and never above that of a larger one.
    assert corrected([0.5, 0.01, 0.03, 0.02]) == pytest.approx([0.5, 0.04, 0.04, 0.04])
    assert corrected([]) == []
    assert corrected([0.01, math.nan, 0.03]) == pytest.approx([0.02, math.nan, 0.03], nan_ok=True)
