"""From single cases to published figures: every grain, one dimension at a time, every statistic.

A case is one thing that happened on a day: a ticket with its minutes, an answer that was satisfied (1) or not (0). A
figure is what `kpi.kpi_value` publishes of the cases of one period and dimension value, where there are any.
Statistics are given their values in order.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from statistics import NormalDist, fmean
from typing import NamedTuple

from tests.reference.company import Company

Z95 = NormalDist().inv_cdf(0.975)
GRAINS = ("day", "week", "month", "quarter")


class Case(NamedTuple):
    """One thing that counts on a day, with the dimensions it may be cut by."""

    on: date
    dimensions: Mapping[str, str]
    value: float = 1.0


class Figure(NamedTuple):
    """What is published of one period and dimension value."""

    numerator: float | None
    denominator: float | None
    value: float | None
    sample_size: int
    value_low: float | None = None
    value_high: float | None = None


class Address(NamedTuple):
    """Where a figure stands in kpi.kpi_value."""

    kpi: str
    statistic: str
    period_grain: str
    period_start: date
    dimension: str
    dimension_value: str


Figures = dict[Address, Figure]


def period_start(day: date, grain: str) -> date:
    """Return the first day of the period the day lies in; weeks begin on Monday."""
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day


def count(values: Sequence[float]) -> Figure:
    return Figure(len(values), None, len(values), len(values))


def rate(values: Sequence[float]) -> Figure:
    hits, cases = math.fsum(values), len(values)
    return Figure(hits, cases, hits / cases, cases, *wilson_interval(hits, cases))


def mean(values: Sequence[float]) -> Figure:
    return Figure(math.fsum(values), len(values), fmean(values), len(values))


def median(values: Sequence[float]) -> Figure:
    return Figure(None, len(values), percentile(values, 0.5), len(values))


def p90(values: Sequence[float]) -> Figure:
    return Figure(None, len(values), percentile(values, 0.9), len(values))


def index(values: Sequence[float]) -> Figure:
    """100 x the mean of -1, 0 and 1, with the normal interval of that mean."""
    centre, cases = fmean(values), len(values)
    margin = Z95 * math.sqrt(fmean([(value - centre) ** 2 for value in values]) / cases)
    return Figure(math.fsum(values), cases, 100 * centre, cases, 100 * (centre - margin), 100 * (centre + margin))


STATISTICS: dict[str, Callable[[Sequence[float]], Figure]] = {
    "count": count,
    "rate": rate,
    "mean": mean,
    "median": median,
    "p90": p90,
    "index": index,
}
DURATION = ("mean", "median", "p90")


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the exact percentile of ordered values: the one at position share x (n - 1), between two if need be."""
    position = share * (len(ordered) - 1)
    below = math.floor(position)
    above = math.ceil(position)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def wilson_interval(hits: float, cases: float) -> tuple[float, float]:
    """Return the shares p for which |hits/cases - p| is z standard errors of p: the roots of a quadratic in p.

    (p - s)^2 = z^2 p (1 - p) / n, that is (1 + q) p^2 - (2 s + q) p + s^2 = 0 with q = z^2 / n.
    """
    share, q = hits / cases, Z95**2 / cases
    a, b, c = 1 + q, -(2 * share + q), share**2
    root = math.sqrt(max(b * b - 4 * a * c, 0.0))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


Group = tuple[str, date, str, str]


def grouped(company: Company, kpi: str, cases: Iterable[Case]) -> dict[Group, list[float]]:
    """Put cases into every period and, of each dimension the registry allows, value that they belong to; in order."""
    groups: dict[Group, list[float]] = defaultdict(list)
    cuts = company.cuts(kpi)
    for case in cases:
        places = [("overall", "all"), *((cut, case.dimensions[cut]) for cut in cuts)]
        for grain in GRAINS:
            start = period_start(case.on, grain)
            for dimension, value in places:
                groups[grain, start, dimension, value].append(case.value)
    for values in groups.values():
        values.sort()
    return groups


def figures(company: Company, kpi: str, cases: Iterable[Case], *statistics: str) -> Figures:
    """Sum up cases at every grain, overall and by each dimension that the registry allows the KPI to be cut by.

    What has a median is published of single days overall only.
    """
    return {
        Address(kpi, statistic, grain, start, dimension, value): STATISTICS[statistic](values)
        for (grain, start, dimension, value), values in grouped(company, kpi, cases).items()
        for statistic in statistics
        if grain != "day" or dimension == "overall" or "median" not in statistics
    }


def quotient_figures(company: Company, kpi: str, numerator: Iterable[Case], denominator: Iterable[Case]) -> Figures:
    """Divide how many there are of one thing by how many of another; of none of the other the value is not known."""
    above, below = grouped(company, kpi, numerator), grouped(company, kpi, denominator)
    found = {}
    for group in above.keys() | below.keys():
        top, bottom = len(above.get(group, [])), len(below.get(group, []))
        found[Address(kpi, "mean", *group)] = Figure(top, bottom, top / bottom if bottom else None, bottom)
    return found
