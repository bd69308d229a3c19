"""What a course did: the trained before and after it, against untrained agents of their team over the same dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from statistics import median

from tests.reference.company import Company
from tests.reference.outcomes import Outcome, is_human, team_of
from tests.reference.periods import period_start

DAY = timedelta(days=1)
KINDS = {
    "csat_rate": "answer",
    "first_contact_resolution_rate": "settled_solve",
    "first_response_minutes": "first_response",
    "full_resolution_minutes": "full_resolution",
}
Effect = dict[str, float | None]


def figure(kpi: str, mine: list[Outcome]) -> tuple[int, float | None]:
    """Return the cases behind a KPI, and the KPI."""
    if kpi == "agent_throughput":
        days, solves = (sum(it.kind == kind for it in mine) for kind in ("working_day", "solve"))
        return days, solves / days if days else None
    values = [it.value for it in mine if it.kind == KINDS[kpi]]
    if not values:
        return 0, None
    return len(values), median(values) if kpi.endswith("_minutes") else sum(values) / len(values)


def minus(some: float | None, others: float | None) -> float | None:
    return None if some is None or others is None else some - others


def training_effects(company: Company, outcomes: list[Outcome]) -> dict[tuple[str, date, str, str], Effect]:
    """Return the effect of each course on those of a team who finished it in the same month."""
    window = company.window("training_effect")
    taken: dict[tuple[str, str], list[date]] = defaultdict(list)
    cohorts: dict[tuple[str, date, str], dict[str, list[date]]] = defaultdict(lambda: defaultdict(list))
    for it in company.trainings:
        day, team = company.local_day(it.completed_at), team_of(company, it.agent_key, it.completed_at)
        taken[it.agent_key, it.course].append(day)
        if is_human(company, it.agent_key, it.completed_at):
            cohorts[it.course, period_start(day, "month"), team][it.agent_key].append(day)
    found = {}
    for (course, month, team), trained in cohorts.items():
        days = [day for completed in trained.values() for day in completed]
        before = min(days) - window, min(days) - DAY
        after = max(days) + DAY, max(days) + window
        in_team = [it for it in outcomes if it.team_key == team]
        untrained = {
            it.agent_key for it in in_team if not any(day <= after[1] for day in taken.get((it.agent_key, course), []))
        }

        def within(agents: Iterable[str], span: tuple[date, date], rows: list[Outcome] = in_team) -> list[Outcome]:
            return [it for it in rows if it.agent_key in agents and span[0] <= it.counted_on <= span[1]]

        for kpi in (*KINDS, "agent_throughput"):
            values: dict[str, float | None] = {}
            cases: dict[str, float | None] = {}
            for name, agents, span in (
                ("trained_before", set(trained), before),
                ("trained_after", set(trained), after),
                ("untrained_before", untrained, before),
                ("untrained_after", untrained, after),
            ):
                cases[f"{name}_n"], values[name] = figure(kpi, within(agents, span))
            gain = minus(values["trained_after"], values["trained_before"])
            other = minus(values["untrained_after"], values["untrained_before"])
            people = {"trained_agents": len(trained), "untrained_agents": len(untrained)}
            found[course, month, team, kpi] = {**people, **values, **cases, "training_effect": minus(gain, other)}
    return found
