"""One ticket's life from its creation to the as-of instant, followed event by event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from tests.reference import response, routing
from tests.reference.business_time import Schedule, calendar_minutes
from tests.reference.company import Company
from tests.reference.entities import Event, Ticket
from tests.reference.statuses import SOLVED, Interval, StatusHistory, status_history

UNKNOWN = "unknown"
STAGES = ("contact and triage", "response", "resolution", "follow-up")


@dataclass(frozen=True)
class Both:
    """A duration in calendar and in business minutes."""

    calendar: float
    business: float


@dataclass(frozen=True)
class Stage:
    """A process stage a ticket went through, or is still in."""

    name: str
    started_at: datetime
    ended_at: datetime | None


class Life:
    """A ticket with its events in order, and what follows from them. NULL is None: the ticket has no such value."""

    def __init__(self, company: Company, ticket: Ticket) -> None:
        self.company = company
        self.ticket = ticket
        self.events: Sequence[Event] = company.events_of.get(ticket.ticket_key, [])
        self.messages = response.public_messages(company, self.events)
        self.history: StatusHistory = status_history(company, ticket.created_at, self.events)

    @cached_property
    def dimensions(self) -> dict[str, str]:
        """Return what the ticket's figures are cut by; the segment as it was at creation."""
        customer = self.company.customer(self.ticket.customer_key, self.ticket.created_at)
        return {
            "channel": self.ticket.channel or UNKNOWN,
            "team": self.company.team_name(self.ticket.team_key),
            "segment": (customer.segment if customer else None) or UNKNOWN,
            "product": self.ticket.product or UNKNOWN,
            "priority": self.ticket.priority or UNKNOWN,
            "category": self.ticket.category or UNKNOWN,
            "source": self.ticket.source,
        }

    @cached_property
    def schedule(self) -> Schedule:
        return self.company.calendar.schedule_of(self.dimensions)

    def both(self, *intervals: Interval) -> Both:
        """Add up intervals in calendar and in business minutes."""
        return Both(
            sum(calendar_minutes(*it) for it in intervals),
            sum(self.schedule.minutes(*it) for it in intervals),
        )

    @property
    def left_out_because(self) -> str | None:
        """Return why no figure counts the ticket, by the first reason that applies."""
        if self.ticket.is_spam:
            return "spam"
        if self.ticket.is_deleted:
            return "deleted"
        return "merged" if self.ticket.merged_into_ticket_key else None

    @property
    def is_counted(self) -> bool:
        return self.left_out_because is None

    # Solved, reopened, closed

    @property
    def is_solved(self) -> bool:
        """Say whether the ticket is solved at the as-of instant: the snapshot's word, else the last event's."""
        if self.ticket.status is not None:
            return self.company.canonical_status(self.ticket.status) in SOLVED
        return bool(self.history.changes) and self.history.changes[-1].after in SOLVED

    @property
    def first_solved_at(self) -> datetime | None:
        if self.history.changes:
            return self.history.solves[0] if self.history.solves else None
        return self.ticket.first_solved_at or self.ticket.solved_at

    @property
    def last_solved_at(self) -> datetime | None:
        """Return the last solve of a ticket that is solved now."""
        if not self.is_solved:
            return None
        if self.history.changes:
            return self.history.solves[-1] if self.history.solves else None
        return self.ticket.solved_at or self.ticket.first_solved_at

    @property
    def closed_at(self) -> datetime | None:
        if self.history.changes:
            return self.history.closes[-1] if self.history.closes else None
        return self.ticket.closed_at

    def is_reopened_within(self, window: timedelta) -> bool:
        if not self.history.changes:
            return bool(self.ticket.reopen_count)
        return any(at - self.history.solves[0] <= window for at in self.history.reopenings)

    # Answers

    @cached_property
    def first_response(self) -> response.Answer:
        return response.first_response(self.ticket, self.messages)

    @property
    def agent_message_count(self) -> int | None:
        if self.messages:
            return sum(message.speaker == "human" for message in self.messages)
        return self.ticket.agent_reply_count

    # Assignment, transfers, escalation

    @property
    def first_assigned_at(self) -> datetime | None:
        return next((it.occurred_at for it in self.events if it.event_type == "assigned"), None)

    @cached_property
    def assignments(self) -> list[tuple[datetime, str | None]]:
        """Return from when on which agent held the ticket, from creation where the first says from whom."""
        assigned = [it for it in self.events if it.event_type == "assigned"]
        held = [(it.occurred_at, f"{it.source}:{it.to_value}" if it.to_value else None) for it in assigned]
        if assigned and assigned[0].from_value:
            held.insert(0, (self.ticket.created_at, f"{assigned[0].source}:{assigned[0].from_value}"))
        return held

    def assignee_at(self, instant: datetime) -> str | None:
        holders = [agent_key for since, agent_key in self.assignments if since <= instant]
        return holders[-1] if holders else None

    def held_by_human(self, until: datetime) -> list[Interval]:
        """Return when a human agent held the ticket."""
        if not self.assignments:
            return []
        ends = [*(since for since, _ in self.assignments[1:]), until]
        found = []
        for (since, agent_key), end in zip(self.assignments, ends, strict=True):
            version = self.company.agent(agent_key, since)
            if agent_key is not None and not (version and version.is_bot):
                found.append((since, end))
        return found

    @property
    def is_transferred(self) -> bool:
        return routing.is_transferred(self.events)

    @property
    def is_escalated(self) -> bool:
        return routing.is_escalated(self.company, self.events)

    # Stages

    @cached_property
    def stages(self) -> list[Stage]:
        last_event_at = self.events[-1].occurred_at if self.events else None
        steps = [
            (self.ticket.created_at, self.first_assigned_at),
            (self.first_assigned_at, self.first_response.at),
            (self.first_response.at, self.first_solved_at),
            (self.first_solved_at, self.closed_at or last_event_at),
        ]
        found = []
        for name, (start, end) in zip(STAGES, steps, strict=True):
            if start is None or (end is None and self.is_solved) or (end is not None and end < start):
                continue
            found.append(Stage(name, start, end))
        return found
