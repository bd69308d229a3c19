"""Worlds in which nothing, or exactly one thing, was done: how often the estimate of an initiative is wrong.

    python -m tests.null_worlds [WAREHOUSE]

Run by hand; docs/analysis-impact.md has the figures. Two kinds of worlds: invented ones, in which cases of a day and of
an agent are alike; and, with a published warehouse of a sample generated without effects, its own weeks drawn anew,
with a placebo initiative in a team, channel or segment.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from dagster_project.analysis.clustered import SIGNIFICANCE
from dagster_project.analysis.impact.cases import MIX, SHORTEST_MINUTES
from dagster_project.analysis.impact.estimate import Impact, difference_in_differences
from dagster_project.analysis.impact.measures import measures
from dagster_project.analysis.training import effect_of

WORLDS = 200
WEEKS = 17
KPIS = [
    "first_response_minutes", "full_resolution_minutes", "handle_minutes", "csat_rate", "csat_mean",
    "first_contact_resolution_rate", "reopen_rate", "repeat_contact_rate", "service_level", "transfer_rate",
]  # fmt: skip


@dataclass(frozen=True)
class Nature:
    """How cases hang together; spreads are standard deviations, that of a single case is 1.

    A side is its scope or its control. Shocks of days last: each keeps `lasting` of the one before.
    """

    agents: int = 8
    cases_per_agent_day: float = 0.7
    agent_spread: float = 0.3
    common_day_spread: float = 0.3
    side_day_spread: float = 0.15
    lasting: float = 0.4


def invented_world(
    random: np.random.Generator,
    nature: Nature = Nature(),
    *,
    weeks: int = WEEKS,
    effect: float = 0.0,
    by_day: bool = False,
) -> pd.DataFrame:
    """Cells as `difference_in_differences` takes them: scope and control, `weeks` before and after.

    `effect` is what is done in scope from the start on; `by_day` calls days weeks.
    """
    days = np.arange(-7 * weeks, 7 * weeks)
    common = _shocks(random, len(days), nature.common_day_spread, nature.lasting)
    frames = []
    for in_scope in (True, False):
        n = random.poisson(nature.cases_per_agent_day, (len(days), nature.agents))
        shocks = common + _shocks(random, len(days), nature.side_day_spread, nature.lasting)
        agents = random.normal(0, nature.agent_spread, nature.agents)
        mean = agents + (shocks + effect * in_scope * (days >= 0))[:, None]
        total = n * mean + np.sqrt(n) * random.normal(size=n.shape)
        frames.append(pd.DataFrame({"in_scope": in_scope, "day": days, "n": n.sum(1), "total": total.sum(1)}))
    cells = pd.concat(frames)
    cells["week"] = cells["day"] if by_day else cells["day"] // 7
    sums = cells.groupby(["in_scope", "week"], as_index=False)[["n", "total"]].sum()
    return sums[sums["n"] > 0]


def _shocks(random: np.random.Generator, days: int, spread: float, lasting: float) -> np.ndarray:
    from scipy.signal import lfilter

    fresh = random.normal(0, spread * np.sqrt(1 - lasting**2), days)
    fresh[0] = random.normal(0, spread)
    return np.asarray(lfilter([1.0], [1.0, -lasting], fresh))


def drawn_worlds(
    warehouse: duckdb.DuckDBPyConnection, kpi: str, random: np.random.Generator, *, worlds: int, effect: float = 0.0
) -> Iterator[pd.DataFrame]:
    """Weeks of a company in which nothing was done, drawn with replacement; in each world a placebo initiative.

    `effect` is added in scope after the start: a share of a rate, a logarithm of a duration.
    """
    measure = measures()[kpi]
    value = f"ln(greatest(value, {SHORTEST_MINUTES}))" if measure.statistic == "median" else "value"
    mix = ", ".join(f"{part} as mix_{part}" for part in MIX)
    cells = warehouse.execute(
        f"""with cases as (
            select *, cast({measure.value} as double) as value,
                date_diff('day', date '2025-01-01', {measure.counted_on}) // 7 as week
            from {measure.relation} where {measure.condition}
        )
        select week, team, channel as in_channel, segment, {mix}, count(*) as n, sum({value}) as total
        from cases where week between 0 and 76 group by all order by all"""
    ).df()
    scopes = [
        (name, value)
        for name in ("team", "in_channel", "segment")
        for value, n in cells.groupby(name)["n"].sum().items()
        if n > 500 * cells["n"].sum() / 15_000 and value != "unknown"
    ]
    by_week = dict(iter(cells.groupby("week")))
    for _ in range(worlds):
        name, value = scopes[random.integers(len(scopes))]
        drawn = random.choice(list(by_week), 2 * WEEKS)
        world = pd.concat([by_week[week].assign(week=place - WEEKS) for place, week in enumerate(drawn)])
        world["in_scope"] = world[name] == value
        world["total"] += effect * world["n"] * (world["in_scope"] & (world["week"] >= 0))
        columns = ["in_scope", "week", *(f"mix_{part}" for part in MIX)]
        yield world.groupby(columns, as_index=False)[["n", "total"]].sum()


def invented_course(random: np.random.Generator, *, trained: int, agents: int, effect: float = 0.0) -> pd.DataFrame:
    """Cells as `training.effect_of` takes them: one cohort, about a dozen answers of each agent before and after.

    An agent's level varies by 0.3, its change by 0.15, the standard deviation of a single answer is 1.
    """
    agent = np.repeat(np.arange(agents), 2)
    is_after = np.tile([False, True], agents)
    n = 1 + random.poisson(12, 2 * agents)
    mean = random.normal(0, 0.3, agents)[agent] + is_after * random.normal(0, 0.15, agents)[agent]
    mean += effect * ((agent < trained) & is_after)
    return pd.DataFrame(
        {
            "cohort": "one",
            "agent_key": agent,
            "is_trained": agent < trained,
            "is_after": is_after,
            "channel": "phone",
            "n": n,
            "total": n * mean + np.sqrt(n) * random.normal(size=2 * agents),
        }
    )


def summary(impacts: list[Impact], effect: float) -> str:
    """Shares of worlds: an effect found, the true effect in the interval (raw and deciding), a drift found."""
    found = np.mean([it.deciding.p_value < SIGNIFICANCE for it in impacts])
    raw = np.mean([it.raw.p_value < SIGNIFICANCE for it in impacts])
    covered = np.mean([it.deciding.low <= effect <= it.deciding.high for it in impacts])
    drift = np.mean([it.drift.p_value < SIGNIFICANCE for it in impacts])
    strict = np.mean([it.drift.p_value < 0.01 for it in impacts])
    return f"found {found:6.1%}  raw {raw:6.1%}  covered {covered:6.1%}  drift {drift:6.1%} (at 1 %: {strict:.1%})"


def main() -> None:
    """Print the figures."""
    for weeks in (4, 8, 17):
        for unit, by_day in (("day", True), ("week", False)):
            for effect in (0.0, 0.2):
                random = np.random.default_rng(1)
                worlds = (invented_world(random, weeks=weeks, effect=effect, by_day=by_day) for _ in range(2 * WORLDS))
                told = summary([difference_in_differences(world) for world in worlds], effect)
                print(f"invented, {weeks:2} weeks, clusters of a {unit:4}, effect {effect}: {told}", flush=True)
    for trained, agents in ((5, 10), (6, 15), (20, 50)):
        for effect in (0.0, 0.45):
            random = np.random.default_rng(1)
            courses = (
                invented_course(random, trained=trained, agents=agents, effect=effect) for _ in range(2 * WORLDS)
            )
            effects = [effect_of(course) for course in courses]
            found = np.mean([it.p_value < SIGNIFICANCE for it in effects])
            covered = np.mean([it.low <= effect <= it.high for it in effects])
            told = f"found {found:6.1%}  covered {covered:6.1%}"
            print(f"course, {trained} of {agents} agents trained, effect {effect}: {told}", flush=True)
    for warehouse in sys.argv[1:]:
        with duckdb.connect(warehouse, read_only=True) as connection:
            for effect in (0.0, 0.1):
                every = []
                for kpi in KPIS:
                    random = np.random.default_rng(2)
                    drawn = drawn_worlds(connection, kpi, random, worlds=WORLDS, effect=effect)
                    impacts = [difference_in_differences(world) for world in drawn]
                    every += impacts
                    print(f"drawn, effect {effect}, {kpi:30}: {summary(impacts, effect)}", flush=True)
                print(f"drawn, effect {effect}, {'all':30}: {summary(every, effect)}", flush=True)


if __name__ == "__main__":
    main()
