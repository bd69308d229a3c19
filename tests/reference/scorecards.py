"""Service stars: satisfaction drawn towards the group by sample size, percentiles inside the group, and ranks."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median

from tests.reference.company import Company
from tests.reference.customers import next_start
from tests.reference.outcomes import Outcome, team_of
from tests.reference.periods import period_start
from tests.reference.tickets import UNKNOWN

GRAINS = ("month", "quarter")
METRICS = ("csat", "first_contact_resolution_rate", "first_response_minutes", "agent_throughput")


@dataclass
class Score:
    """What an agent, or a team, achieved in a period; None where there is nothing to judge by."""

    group: str
    tickets_solved: int = 0
    working_days: int = 0
    agent_throughput: float | None = None
    answers: int = 0
    satisfied: float = 0
    prior_strength: float = 0
    csat: float | None = None
    first_contact_resolution_rate: float | None = None
    first_response_minutes: float | None = None
    percentiles: dict[str, float | None] = field(default_factory=dict)
    star_score: float | None = None
    stars: int | None = None
    rank: int | None = None
    rank_in_group: int | None = None


Scorecard = dict[tuple[str, date, str], Score]


def summed_up(group: str, mine: list[Outcome]) -> Score:
    values: dict[str, list[float]] = defaultdict(list)
    for outcome in mine:
        values[outcome.kind].append(outcome.value)
    solves, days, settled = values["solve"], values["working_day"], values["settled_solve"]
    return Score(
        group,
        tickets_solved=len(solves),
        working_days=len(days),
        agent_throughput=len(solves) / len(days) if days else None,
        answers=len(values["answer"]),
        satisfied=sum(values["answer"]),
        first_contact_resolution_rate=sum(settled) / len(settled) if settled else None,
        first_response_minutes=median(values["first_response"]) if values["first_response"] else None,
    )


def prior_strength(company: Company, members: list[Score]) -> float:
    """Estimate how many answers of the group a member's own ones are mixed with (Kleinman 1973, method of moments).

    Members differ by more than chance as far as the weighted variance of their rates exceeds what a binomial gives; the
    excess is an intraclass correlation rho, and 1 / rho - 1 the strength of the beta prior.
    """
    seed = company.seeds["csat_prior"][0]
    lowest, highest, default = (float(seed[f"strength_{name}"]) for name in ("min", "max", "default"))
    heard = [(it.satisfied, it.answers) for it in members if it.answers]
    total = sum(n for _, n in heard)
    rate = sum(x for x, _ in heard) / total if total else 0.0
    if len(heard) < int(seed["fewest_members"]) or rate in (0.0, 1.0):
        return default
    spread = sum(n * (x / n - rate) ** 2 for x, n in heard) / (rate * (1 - rate))
    room = total - sum(n * n for _, n in heard) / total - (len(heard) - 1)
    if room <= 0:
        return default
    rho = (spread - (len(heard) - 1)) / room
    return min(max(1 / rho - 1, lowest), highest) if rho > 0 else highest


def judge(company: Company, scores: Mapping[str, Score], ranking: str) -> None:
    """Give every member of one group its satisfaction, and the ranked ones their percentiles and stars."""
    members = list(scores.values())
    answers = sum(it.answers for it in members)
    strength = prior_strength(company, members)
    for it in members:
        it.prior_strength = strength
        if answers:
            rate = sum(other.satisfied for other in members) / answers
            it.csat = (it.satisfied + strength * rate) / (it.answers + strength)
    least = int(company.registry[ranking]["minimum_sample"])
    ranked = [it for key, it in scores.items() if it.tickets_solved >= least and key != UNKNOWN]
    weights = {
        row["metric"].replace("agent_csat", "csat"): float(row["weight"]) for row in company.seeds["award_weights"]
    }
    for it in ranked:
        it.percentiles = {metric: percentile(it, ranked, metric) for metric in METRICS}
        known = {metric: value for metric, value in it.percentiles.items() if value is not None}
        if known:
            it.star_score = sum(weights[name] * value for name, value in known.items()) / sum(weights[n] for n in known)
            it.stars = min(5, math.floor(it.star_score * 5 + 1e-9) + 1)


def percentile(mine: Score, ranked: list[Score], metric: str) -> float | None:
    """Return the share of the others who do worse; half of nobody."""
    sign = -1 if metric == "first_response_minutes" else 1
    value = getattr(mine, metric)
    others = [getattr(it, metric) for it in ranked if it is not mine and getattr(it, metric) is not None]
    if value is None:
        return None
    return sum(sign * other < sign * value for other in others) / len(others) if others else 0.5


def rank(scores: list[Score], give: Callable[[Score, int], None]) -> None:
    for it in scores:
        if it.star_score is not None:
            better = sum(1 for other in scores if (other.star_score or 0) > it.star_score + 1e-9)
            give(it, better + 1)


def agent_scorecard(company: Company, all_outcomes: list[Outcome]) -> Scorecard:
    """Score every agent who did anything in a period, inside the team at the period's end."""
    found: Scorecard = {}
    for (grain, start), by_agent in by_period(all_outcomes, lambda it: it.agent_key).items():
        end = datetime.combine(next_start(start, grain), time(), tzinfo=company.zone) - timedelta(microseconds=1)
        teams: dict[str, dict[str, Score]] = defaultdict(dict)
        for agent_key, mine in by_agent.items():
            team = team_of(company, agent_key, min(end, company.as_of))
            teams[team][agent_key] = summed_up(team, mine)
        for scores in teams.values():
            judge(company, scores, "service_star_rank")
            rank(list(scores.values()), lambda it, place: setattr(it, "rank_in_group", place))
        everybody = {agent_key: it for scores in teams.values() for agent_key, it in scores.items()}
        rank(list(everybody.values()), lambda it, place: setattr(it, "rank", place))
        found |= {(grain, start, agent_key): it for agent_key, it in everybody.items()}
    return found


def team_scorecard(company: Company, all_outcomes: list[Outcome]) -> Scorecard:
    """Score every team by what its people did while in it, among all teams."""
    found: Scorecard = {}
    for (grain, start), by_team in by_period(all_outcomes, lambda it: it.team_key).items():
        scores = {team: summed_up("all", mine) for team, mine in by_team.items()}
        judge(company, scores, "team_award_rank")
        rank(list(scores.values()), lambda it, place: setattr(it, "rank", place))
        found |= {(grain, start, team): it for team, it in scores.items()}
    return found


def by_period(
    all_outcomes: list[Outcome], whose: Callable[[Outcome], str]
) -> dict[tuple[str, date], dict[str, list[Outcome]]]:
    found: dict[tuple[str, date], dict[str, list[Outcome]]] = defaultdict(lambda: defaultdict(list))
    for grain in GRAINS:
        for outcome in all_outcomes:
            found[grain, period_start(outcome.counted_on, grain)][whose(outcome)].append(outcome)
    return found
