"""Whether a course helped: `analysis.training_effect_test`.

The cohorts and windows are those of `kpi.training_effect`; this is its test of significance, over all cohorts of a
course together, as most have one or two agents.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

from dagster_project.analysis.analysis import Analysis
from dagster_project.analysis.clustered import SIGNIFICANCE, Effect, clustered_effect, corrected
from dagster_project.analysis.exact import exact_sum
from dagster_project.analysis.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd

TABLE = "training_effect_test"
# Below this nobody can tell agents from chance: the errors rest on how many agents there are.
FEWEST_TRAINED = 5
FEWEST_UNTRAINED = 5

RATIO = ("first_response_minutes", "full_resolution_minutes")

# Durations by their logarithm, of a second at least.
OUTCOME = """
                case
                    when outcomes.outcome in ('first_response', 'full_resolution')
                        then ln(greatest(outcomes.value, 1 / 60))
                    when outcomes.outcome <> 'working_day' then outcomes.value
                end"""
# Sums of what each agent compared did before and after.
CELLS = f"""
    with cases as (
        select outcomes.agent_key, outcomes.team_key, outcomes.counted_on,
            case outcomes.outcome
                when 'answer' then 'csat_rate'
                when 'settled_solve' then 'first_contact_resolution_rate'
                when 'first_response' then 'first_response_minutes'
                when 'full_resolution' then 'full_resolution_minutes'
                else 'agent_throughput'
            end as kpi,
            case when outcomes.outcome in ('solve', 'working_day') then 'all'
                else coalesce(answers.channel, tickets.channel) end as channel,
            count(*) filter (where outcomes.outcome <> 'solve') as n,
            {exact_sum(OUTCOME)} as total,
            {exact_sum("answers.score_1_to_5")} as score
        from core.fct_agent_outcome as outcomes
        left join core.fct_survey_response as answers
            on outcomes.outcome = 'answer' and outcomes.case_key = answers.survey_response_key
        left join core.fct_ticket as tickets
            on outcomes.outcome not in ('answer', 'working_day') and outcomes.case_key = tickets.ticket_key
        group by all
    ),

    -- Scores tell more than shares of satisfied answers, of which one agent has few.
    measured as (
        select agent_key, team_key, counted_on, channel, kpi, n, total from cases
        union all
        select agent_key, team_key, counted_on, channel, 'csat_mean' as kpi, n, score as total from cases
        where kpi = 'csat_rate' and score is not null
    )
    select compared.course, cases.kpi, concat_ws(' ', compared.cohort_month, compared.team_key) as cohort,
        compared.agent_key, compared.is_trained, cases.counted_on > compared.last_completed_on as is_after,
        cases.channel,
        sum(cases.n) as n, coalesce({exact_sum("cases.total")}, 0) as total
    from core.fct_training_group as compared
    cross join core.as_of as as_of
    inner join measured as cases
        on compared.agent_key = cases.agent_key and compared.team_key = cases.team_key
        and cases.counted_on between compared.before_from and compared.after_to
        and not cases.counted_on between compared.first_completed_on and compared.last_completed_on
    where compared.after_to < as_of.as_of_date
    group by all
    having sum(cases.n) > 0
"""
# Every course, whether or not it can be tested, and what its KPIs are.
COURSES = """
    select distinct figures.course, registry.kpi, registry.direction, registry.unit, test.minimum_sample,
        test.settle_window_hours // 24 as window_days
    from kpi.training_effect as figures
    inner join seed.kpis as registry
        on figures.kpi = registry.kpi or (figures.kpi = 'csat_rate' and registry.kpi = 'csat_mean')
    inner join seed.kpis as test on test.kpi = 'training_effect'
"""


def analyse(courses: pd.DataFrame, cells: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Test every course on every KPI.

    Args:
        courses: see `COURSES`.
        cells: see `CELLS`.

    Returns:
        `training_effect_test`.
    """
    import pandas as pd

    columns = [column.name for column in TABLES[TABLE].columns]
    by_test = dict(iter(cells.groupby(["course", "kpi"])))
    rows = cast("list[dict[str, Any]]", courses.to_dict("records"))
    effects: dict[int, Effect] = {}
    for place, row in enumerate(rows):
        compared = comparable(by_test.get((row["course"], row["kpi"]), cells[:0]))
        row["scale"] = "ratio" if row["kpi"] in RATIO else "difference"
        row |= _size(compared)
        row["reason"] = _lacking(row)
        row["verdict"] = "too few"
        if row["reason"] is None:
            effects[place] = effect_of(compared)
    for kpi in sorted({row["kpi"] for row in rows}):
        tested = [place for place in effects if rows[place]["kpi"] == kpi]
        for place, p_value in zip(tested, corrected([effects[it].p_value for it in tested]), strict=True):
            rows[place] |= _judged(rows[place], effects[place], p_value)
    return {TABLE: pd.DataFrame(rows, columns=columns)}


def comparable(cells: pd.DataFrame) -> pd.DataFrame:
    """Keep agents with cases before and after, in cohorts that have such agents on both sides."""
    agent = ["cohort", "agent_key"]
    kept = cells[cells.groupby(agent)["is_after"].transform("nunique") == 2]
    return kept[kept.groupby("cohort")["is_trained"].transform("nunique") == 2]


def effect_of(cells: pd.DataFrame) -> Effect:
    """Estimate by how much the trained changed more than untrained colleagues; all an agent does is one cluster.

    Each agent in each cohort is compared with itself before, each cohort's dates and each channel have a level of
    their own: a two-way fixed-effects difference-in-differences, stacked over cohorts (Cengiz et al. 2019, appendix D),
    so that nobody who is trained already stands in for the untrained.

    Args:
        cells: cohort, agent_key, is_trained, is_after, channel, n, total.
    """
    import numpy as np
    import pandas as pd

    n = cells["n"].to_numpy(dtype=float)
    after = cells["is_after"].to_numpy(dtype=float)[:, None]
    dates = pd.get_dummies(cells["cohort"], dtype=float).to_numpy() * after
    channels = pd.get_dummies(cells["channel"], dtype=float).to_numpy()
    trained = cells["is_trained"].to_numpy(dtype=float)[:, None] * after
    columns = np.column_stack([cells["total"].to_numpy(dtype=float) / n, channels, dates, trained])
    # An intercept for each agent and cohort is what is left when its mean is taken off (Frisch, Waugh and Lovell).
    own = pd.factorize(pd.MultiIndex.from_frame(cells[["cohort", "agent_key"]]))[0]
    sums = pd.DataFrame(columns * n[:, None]).groupby(own).transform("sum").to_numpy()
    columns = columns - sums / pd.Series(n).groupby(own).transform("sum").to_numpy()[:, None]
    agents = pd.factorize(cells["agent_key"])[0]
    return clustered_effect(columns[:, 0] * n, n, columns[:, 1:], agents)


def _size(compared: pd.DataFrame) -> dict[str, int]:
    cases = compared.groupby(["is_trained", "is_after"])["n"].sum()
    agents = compared.drop_duplicates(["agent_key", "is_trained"])["is_trained"]
    size = {
        "cohorts": compared["cohort"].nunique(),
        "trained_agents": int(agents.sum()),
        "untrained_agents": int((~agents.astype(bool)).sum()),
    }
    for is_trained, who in ((True, "trained"), (False, "untrained")):
        for is_after, when in ((False, "before"), (True, "after")):
            size[f"{who}_{when}_n"] = int(cases.get((is_trained, is_after), 0))
    return size


def _lacking(row: dict[str, Any]) -> str | None:
    trained, untrained = row["trained_agents"], row["untrained_agents"]
    if trained < FEWEST_TRAINED or untrained < FEWEST_UNTRAINED:
        return (
            f"{trained} trained and {untrained} untrained agents with cases before and after; "
            f"{FEWEST_TRAINED} and {FEWEST_UNTRAINED} are needed"
        )
    fewest = min(row[f"{who}_{when}_n"] for who in ("trained", "untrained") for when in ("before", "after"))
    if fewest < row["minimum_sample"]:
        return f"{fewest} cases on one side; {row['minimum_sample']} are needed"
    return None


def _judged(row: dict[str, Any], effect: Effect, p_value: float) -> dict[str, Any]:
    shown = effect.as_change() if row["scale"] == "ratio" else effect
    days = f"{row['window_days']} days before and after"
    found = f"{shown.told(row['scale'], row['unit'])} against untrained colleagues, {days}"
    improved = (effect.value > 0) == (row["direction"] == "higher")
    significant = p_value < SIGNIFICANCE
    if math.isnan(p_value):
        return {"reason": "the trained have no channel or dates in common with untrained colleagues"}
    return {
        "effect": shown.value,
        "effect_low": shown.low,
        "effect_high": shown.high,
        "p_value": effect.p_value,
        "corrected_p_value": p_value,
        "verdict": ("improved" if improved else "worse") if significant else "inconclusive",
        "reason": found if significant else f"{found}: no more than chance",
    }


TRAINING = Analysis(
    TABLE,
    "Whether what changed after a course is more than chance.",
    {"courses": COURSES, "cells": CELLS},
    (TABLE,),
    analyse,
)
