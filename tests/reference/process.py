"""The process as the events tell it: what follows what, which paths tickets take, where they drop out or wait."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from tests.reference.business_time import calendar_minutes
from tests.reference.company import Company
from tests.reference.entities import Event
from tests.reference.periods import percentile, period_start
from tests.reference.response import actor
from tests.reference.statuses import SOLVED
from tests.reference.ticket_kpis import WAITING_FOR_US
from tests.reference.tickets import STAGES, UNKNOWN, Life

START, END, STILL_OPEN = "start", "end", "still open"
CUTS = ("channel", "team")


@dataclass(frozen=True)
class Step:
    """A step of a ticket's process, by the name of seeds/process_activities.csv."""

    activity: str
    at: datetime
    is_milestone: bool


@dataclass
class Transition:
    """How often one step directly follows another."""

    minutes: list[float] = field(default_factory=list)
    tickets: set[str] = field(default_factory=set)
    transitions: int = 0
    rework_transitions: int = 0
    share_of_from: float = 0.0

    @property
    def median_minutes(self) -> float | None:
        return percentile(sorted(self.minutes), 0.5) if self.minutes else None

    @property
    def p90_minutes(self) -> float | None:
        return percentile(sorted(self.minutes), 0.9) if self.minutes else None


def details(company: Company, life: Life) -> Iterator[tuple[Event, str]]:
    """Yield a ticket's events with what tells their step; a change to what was so already is left out."""
    changes = {it.event.ticket_event_key: it for it in life.history.changes}
    held: dict[str, str | None] = {}
    for event in life.events:
        kind = event.event_type
        if kind == "status_changed":
            change = changes.get(event.ticket_event_key)
            if change:
                is_reopened = change.before in SOLVED and change.after not in SOLVED
                yield event, "reopened" if is_reopened else change.after
        elif kind in ("assigned", "team_changed", "priority_changed", "category_changed"):
            before = held.get(kind, event.from_value)
            held[kind] = event.to_value
            if before != event.to_value:
                somebody = "somebody" if event.to_value else "nobody"
                yield event, somebody if kind == "assigned" else "any"
        elif kind == "message":
            speaker = actor(company, event).replace("human", "agent")
            yield event, "internal" if event.is_public is False else speaker
        else:
            yield event, "any"


def steps(company: Company, life: Life) -> list[Step]:
    names = {(row["event_type"], row["detail"]): row for row in company.seeds["process_activities"]}
    found = [(event, names.get((event.event_type, detail))) for event, detail in details(company, life)]
    return [Step(row["activity"], event.occurred_at, row["is_milestone"] == "true") for event, row in found if row]


def process_flow(company: Company, counted: list[Life]) -> dict[tuple[str, str, str, str], Transition]:
    """Count the pairs of steps, from the ticket's start to its end, overall and by channel and team."""
    found: dict[tuple[str, str, str, str], Transition] = defaultdict(Transition)
    leaving: Counter[tuple[str, str, str]] = Counter()
    for life in counted:
        path = steps(company, life)
        if not path:
            continue
        places = [("overall", "all"), *((cut, life.dimensions[cut]) for cut in CUTS)]
        before, since, done = START, life.ticket.created_at, set[str]()
        moves: list[tuple[str, str, float | None, bool]] = []
        for step in path:
            minutes = calendar_minutes(since, step.at) if step.at >= since else None
            moves.append((before, step.activity, minutes, step.activity in done))
            before, since = step.activity, step.at
            done.add(step.activity)
        moves.append((before, END if life.is_solved else STILL_OPEN, None, False))
        for place in places:
            for first, then, minutes, is_rework in moves:
                it = found[*place, first, then]
                it.transitions += 1
                it.rework_transitions += is_rework
                it.tickets.add(life.ticket.ticket_key)
                leaving[*place, first] += 1
                if minutes is not None:
                    it.minutes.append(minutes)
    for (dimension, value, first, _), it in found.items():
        it.share_of_from = it.transitions / leaving[dimension, value, first]
    return found


def process_variants(company: Company, counted: list[Life]) -> dict[str, int]:
    """Count the tickets of each path through the milestones; one that follows itself counts once."""
    found: Counter[str] = Counter()
    for life in counted:
        milestones = [step.activity for step in steps(company, life) if step.is_milestone]
        path = [name for n, name in enumerate(milestones) if n == 0 or milestones[n - 1] != name]
        if path:
            found[" > ".join(path)] += 1
    return found


def process_stages(counted: list[Life]) -> dict[tuple[str, str, str], dict[str, int]]:
    """Say what became of the tickets in each stage."""
    found: dict[tuple[str, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for life in counted:
        reached = (life.ticket.created_at, life.first_assigned_at, life.first_response.at, life.first_solved_at)
        stages = {stage.name: stage for stage in life.stages}
        for number, name in enumerate(STAGES):
            later = any(at is not None for at in reached[number + 1 :])
            if name in stages:
                became = "completed" if stages[name].ended_at is not None else "open"
            elif reached[number] is not None and number < 3 and reached[number + 1] is None:
                became = "dropped_out"
            else:
                became = "skipped" if life.is_solved or later or reached[number] is not None else "not_yet_reached"
            for place in [("overall", "all"), *((cut, life.dimensions[cut]) for cut in CUTS)]:
                found[name, *place]["tickets"] += 1
                found[name, *place][f"{became}_tickets"] += 1
    return found


@dataclass
class Bottleneck:
    """The time that customers waited for a team in a status."""

    visits: list[float] = field(default_factory=list)
    tickets: set[str] = field(default_factory=set)
    waiting_business_minutes: float = 0.0


def teams_in_charge(life: Life) -> list[tuple[datetime, str | None]]:
    changes = [it for it in life.events if it.event_type == "team_changed"]
    if not changes:
        return [(life.ticket.created_at, life.ticket.team_key)]
    first = f"{changes[0].source}:{changes[0].from_value}" if changes[0].from_value else None
    held = [(it.occurred_at, f"{it.source}:{it.to_value}" if it.to_value else None) for it in changes]
    return [(life.ticket.created_at, first), *held]


def visits(life: Life) -> Iterator[tuple[str, str, datetime, datetime]]:
    """Yield where the customer waited: team, status, from when, until when; what touches is one visit."""
    teams = teams_in_charge(life)
    ends = [*(since for since, _ in teams[1:]), life.company.as_of]
    last: tuple[str, str, datetime, datetime] | None = None
    for status, start, end in life.history.spans(life.company.as_of):
        for (since, team_key), until in zip(teams, ends, strict=True):
            low, high = max(start, since), min(end, until)
            if status not in WAITING_FOR_US or low >= high:
                continue
            team = life.company.team_name(team_key) if team_key else UNKNOWN
            if last and last[:2] == (team, status) and last[3] == low:
                last = (*last[:3], high)
                continue
            if last:
                yield last
            last = (team, status, low, high)
    if last:
        yield last


def bottlenecks(company: Company, counted: list[Life]) -> dict[tuple[str, date, str, str], Bottleneck]:
    """Add up waits by team and status, over the whole time and by the month in which each began."""
    found: dict[tuple[str, date, str, str], Bottleneck] = defaultdict(Bottleneck)
    waits = [(life, visit) for life in counted for visit in visits(life)]
    first_month = min((month_of(company, low) for _, (_, _, low, _) in waits), default=date.min)
    for life, (team, status, low, high) in waits:
        both = life.both((low, high))
        for grain, month in (("all", first_month), ("month", month_of(company, low))):
            it = found[grain, month, team, status]
            it.visits.append(both.calendar)
            it.tickets.add(life.ticket.ticket_key)
            it.waiting_business_minutes += both.business
    return found


def month_of(company: Company, instant: datetime) -> date:
    return period_start(company.local_day(instant), "month")
