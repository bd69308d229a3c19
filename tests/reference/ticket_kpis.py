"""KPIs of response and resolution: which tickets count, on which day, with which value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

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


def both_figures(company: Company, name: str, measured: Sequence[tuple[Life, Both]]) -> Figures:
    """Sum up a duration in calendar minutes and, as a KPI of its own, in business minutes."""
    calendar = [created_case(life, both.calendar) for life, both in measured]
    business = [created_case(life, both.business) for life, both in measured]
    return {
        **figures(company, f"{name}_minutes", calendar, *DURATION),
        **figures(company, f"{name}_business_minutes", business, *DURATION),
    }


def duration_figures(company: Company, counted: list[Life]) -> Figures:
    found: Figures = {}
    for name, measure in DURATIONS.items():
        found |= both_figures(company, name, [(it, both) for it in counted if (both := measure(it)) is not None])
    for kpi, minutes in (("handle_minutes", handle_minutes), ("open_assigned_minutes", open_assigned_minutes)):
        cases = [created_case(life, value) for life in counted if (value := minutes(life)) is not None]
        found |= figures(company, kpi, cases, *DURATION)
    return found | stage_figures(company, counted)


def stage_figures(company: Company, counted: list[Life]) -> Figures:
    """Sum up the stages that have ended."""
    calendar, business = [], []
    for life in counted:
        for stage in life.stages:
            if stage.ended_at is not None:
                both = life.both((stage.started_at, stage.ended_at))
                calendar.append(created_case(life, both.calendar, stage=stage.name))
                business.append(created_case(life, both.business, stage=stage.name))
    return {
        **figures(company, "stage_minutes", calendar, *DURATION),
        **figures(company, "stage_business_minutes", business, *DURATION),
    }


def count_figures(company: Company, everyone: list[Life], counted: list[Life]) -> Figures:
    left_out = [
        created_case(life, left_out_reason=reason) for life in everyone if (reason := life.left_out_because) is not None
    ]
    solved = [solved_case(life) for life in counted if life.first_solved_at is not None]
    unanswered = [created_case(life) for life in counted if life.first_response.is_missing]
    return {
        **figures(company, "tickets_created", map(created_case, counted), "count"),
        **figures(company, "tickets_solved", solved, "count"),
        **figures(company, "left_out_tickets", left_out, "count"),
        **figures(company, "unanswered_tickets", unanswered, "count"),
    }


def ticket_figures(company: Company, everyone: list[Life]) -> Figures:
    counted = [life for life in everyone if life.is_counted]
    return {
        **count_figures(company, everyone, counted),
        **duration_figures(company, counted),
    }
