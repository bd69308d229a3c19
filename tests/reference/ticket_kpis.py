"""KPIs of response and resolution: which tickets count, on which day, with which value."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from tests.reference.company import Company
from tests.reference.periods import DURATION, Case, Figures, figures
from tests.reference.response import answered_runs, first_bot_message
from tests.reference.statuses import Interval
from tests.reference.tickets import Both, Life

WAITING_FOR_US = ("new", "open", "on_hold")
Measure = Callable[[Life], Both | None]



def created_case(life: Life, value: float = 1.0, **more: str) -> Case:
    return Case(life.company.local_day(life.ticket.created_at), {**life.dimensions, **more}, value)


def solved_case(life: Life, value: float = 1.0) -> Case:
    assert life.first_solved_at is not None
    return Case(life.company.local_day(life.first_solved_at), life.dimensions, value)


def between(life: Life, start: datetime | None, end: datetime | None) -> Both | None:
    return None if start is None or end is None else life.both((start, end))


def next_response(life: Life) -> Both | None:
    runs = [life.both(run) for run in answered_runs(life.messages)]
    if not runs:
        return None
    return Both(sum(it.calendar for it in runs) / len(runs), sum(it.business for it in runs) / len(runs))


def queue_wait(life: Life) -> Both | None:
    return between(life, life.ticket.queued_at, life.ticket.answered_at)


def time_in(*statuses: str) -> Measure:
    """Measure the time in statuses of a ticket that is solved now, from its creation to its last solve."""

    def measure(life: Life) -> Both | None:
        if life.last_solved_at is None or not life.history.changes:
            return None
        return life.both(*life.history.intervals_in(statuses, life.last_solved_at))

    return measure


DURATIONS: dict[str, Measure] = {
    "first_response": lambda life: between(life, life.first_response.due_from, life.first_response.at),
    "bot_first_response": lambda life: between(life, life.ticket.created_at, first_bot_message(life.messages)),
    "next_response": next_response,
    "queue_wait": queue_wait,
    "first_resolution": lambda life: between(life, life.ticket.created_at, life.first_solved_at),
    "full_resolution": lambda life: between(life, life.ticket.created_at, life.last_solved_at),
    "requester_wait": time_in(*WAITING_FOR_US),
    "agent_wait": time_in("pending"),
    "on_hold": time_in("on_hold"),
}


def handle_minutes(life: Life) -> float | None:
    """Return the agent's working time as the source reports it."""
    parts = (life.ticket.talk_seconds, life.ticket.hold_seconds, life.ticket.wrap_up_seconds)
    return None if all(part is None for part in parts) else sum(part or 0.0 for part in parts) / 60


def open_assigned_minutes(life: Life) -> float | None:
    """Return, where the source reports no working time, the time in status open with a human assignee so far."""
    until = life.last_solved_at if life.is_solved else life.company.as_of
    if handle_minutes(life) is not None or until is None or not life.history.changes:
        return None
    is_open = life.history.intervals_in(("open",), until)
    return life.both(*overlaps(is_open, life.held_by_human(until))).calendar


def overlaps(some: list[Interval], others: list[Interval]) -> list[Interval]:
    both = [(max(a, c), min(b, d)) for a, b in some for c, d in others]
    return [(start, end) for start, end in both if start < end]


def duration_figures(company: Company, counted: list[Life]) -> Figures:
    found: Figures = {}
    for name, measure in DURATIONS.items():
        measured = [(life, value) for life in counted if (value := measure(life)) is not None]
        found |= figures(company, f"{name}_minutes", (created_case(it, value.calendar) for it, value in measured), *DURATION)
        found |= figures(company, f"{name}_business_minutes", (created_case(it, value.business) for it, value in measured), *DURATION)
    for kpi, minutes in (("handle_minutes", handle_minutes), ("open_assigned_minutes", open_assigned_minutes)):
        cases = [created_case(life, value) for life in counted if (value := minutes(life)) is not None]
        found |= figures(company, kpi, cases, *DURATION)
    stages = [
        (life, stage.name, life.both((stage.started_at, stage.ended_at)))
        for life in counted
        for stage in life.stages
        if stage.ended_at is not None
    ]
    found |= figures(company, "stage_minutes", (created_case(it, both.calendar, stage=name) for it, name, both in stages), *DURATION)
    business = (created_case(it, both.business, stage=name) for it, name, both in stages)
    return found | figures(company, "stage_business_minutes", business, *DURATION)


def count_figures(company: Company, everyone: list[Life], counted: list[Life]) -> Figures:
    left_out = (
        Case(life.company.local_day(life.ticket.created_at), {"left_out_reason": reason, "source": life.ticket.source})
        for life in everyone
        if (reason := life.left_out_because) is not None
    )
    return {
        **figures(company, "tickets_created", map(created_case, counted), "count"),
        **figures(company, "tickets_solved", (solved_case(life) for life in counted if life.first_solved_at), "count"),
        **figures(company, "left_out_tickets", left_out, "count"),
        **figures(company, "unanswered_tickets", (created_case(life) for life in counted if life.first_response.is_missing), "count"),
    }


def ticket_figures(company: Company, everyone: list[Life]) -> Figures:
    counted = [life for life in everyone if life.is_counted]
    return {
        **count_figures(company, everyone, counted),
        **duration_figures(company, counted),
    }
