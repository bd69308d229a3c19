"""Service-level targets: what was promised when, on which clock, and whether it was kept by its due instant.

A target's time is cut into stretches in which nothing that matters changes: the priority (and so the policy), and
whether the clock stands still. Minutes add up over the stretches, each by the measure of the policy in force in it; the
target is due at the instant at which they reach what the policy then in force allows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from tests.reference.business_time import minutes
from tests.reference.company import Company
from tests.reference.periods import Case, Figures, figures
from tests.reference.policies import Policy, Promise, policies_in_force
from tests.reference.tickets import Life


@dataclass(frozen=True)
class Target:
    """How a promise stands at the as-of instant."""

    policy: str
    policy_in_force: str
    started_at: datetime
    fulfilled_at: datetime | None
    breached_at: datetime | None
    status: str
    retarget_count: int
    target_minutes: float
    elapsed_minutes: float
    remaining_minutes: float


Targets = dict[tuple[str, str, int], Target]


def promises(life: Life) -> Iterator[Promise]:
    """Yield a first response, a resolution, and a next response for each run of customer messages after the first."""
    first = life.first_response
    if first.due_from is not None:
        yield Promise("first_response", 1, first.due_from, first.at)
    yield Promise("resolution", 1, life.ticket.created_at, life.last_solved_at)
    asked_at: datetime | None = None
    number = 0
    is_answered = False
    for message in life.messages:
        if message.speaker == "human":
            if asked_at is not None and is_answered:
                number += 1
                yield Promise("next_response", number, asked_at, message.at)
            is_answered = is_answered or (first.at is not None and message.at >= first.at)
            asked_at = None
        elif message.speaker == "customer" and asked_at is None:
            asked_at = message.at
    if asked_at is not None and is_answered:
        yield Promise("next_response", number + 1, asked_at, None)


@dataclass(frozen=True)
class Stretch:
    """A part of a target's time with one policy, in which the clock runs or stands still."""

    start: datetime
    end: datetime
    policy: Policy
    runs: bool


def stretches(
    life: Life, promise: Promise, in_force: Sequence[tuple[datetime, Policy]], end: datetime
) -> list[Stretch]:
    still = {"solved", "closed"} if promise.kind == "resolution" else set()
    cuts = {promise.started_at, end, *(since for since, _ in in_force)}
    spans = life.history.spans(max(end, life.company.as_of))
    cuts |= {start for _, start, _ in spans if promise.started_at < start < end}
    found = []
    for start, stop in pairwise(sorted(cuts)):
        policy = [it for since, it in in_force if since <= start][-1]
        status = next((it for it, since, until in spans if since <= start < until), None)
        pauses = status in still or (status == "pending" and policy.pauses_while_pending)
        found.append(Stretch(start, stop, policy, not pauses))
    return found


def clock_intervals(life: Life, stretch: Stretch) -> list[tuple[datetime, datetime]]:
    if not stretch.runs:
        return []
    if stretch.policy.is_business:
        return list(life.schedule.open_between(stretch.start, stretch.end))
    return [(stretch.start, stretch.end)]


def judge(company: Company, life: Life, promise: Promise) -> Target | None:
    """Run a promise's clock up to its fulfilment, or the as-of instant; None where no policy promises it."""
    end = promise.fulfilled_at or company.as_of
    in_force = policies_in_force(company, life, promise, end)
    if not in_force:
        return None
    elapsed, late = timedelta(), timedelta()
    breached_at: datetime | None = None
    for stretch in stretches(life, promise, in_force, end):
        allowed = timedelta(minutes=stretch.policy.minutes[promise.kind] or 0)
        if breached_at is None and elapsed >= allowed:
            breached_at = stretch.start
        for start, stop in clock_intervals(life, stretch):
            if breached_at is None and elapsed + (stop - start) >= allowed:
                breached_at = start + (allowed - elapsed)
            elapsed += stop - start
            if breached_at is not None:
                late += stop - max(start, breached_at)
    if promise.fulfilled_at is not None and breached_at is not None and promise.fulfilled_at <= breached_at:
        breached_at = None
    allowed_minutes = in_force[-1][1].minutes[promise.kind] or 0.0
    return Target(
        policy=in_force[0][1].name,
        policy_in_force=in_force[-1][1].name,
        started_at=promise.started_at,
        fulfilled_at=promise.fulfilled_at,
        breached_at=breached_at,
        status="breached" if breached_at else "met" if promise.fulfilled_at else "active",
        retarget_count=len(in_force) - 1,
        target_minutes=allowed_minutes,
        elapsed_minutes=minutes(elapsed),
        remaining_minutes=-minutes(late) if breached_at else allowed_minutes - minutes(elapsed),
    )


def sla_targets(company: Company, counted: list[Life]) -> Targets:
    found: Targets = {}
    for life in counted:
        for promise in promises(life):
            if target := judge(company, life, promise):
                found[life.ticket.ticket_key, promise.kind, promise.number] = target
    return found


def sla_figures(company: Company, lives: Mapping[str, Life], targets: Targets) -> Figures:
    cases = [
        Case(
            company.local_day(target.started_at),
            {**lives[key].dimensions, "target_kind": kind, "policy": target.policy},
            target.status == "met",
        )
        for (key, kind, _), target in targets.items()
        if target.status != "active"
    ]
    return figures(company, "sla_attainment_rate", cases, "rate")
