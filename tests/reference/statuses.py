"""What status a ticket was in, when: changes, solves, reopenings, and the time that passed in each status."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.reference.company import Company
from tests.reference.entities import Event

SOLVED = frozenset({"solved", "closed"})
UNSOLVED = frozenset({"new", "open", "pending", "on_hold", "unmapped"})
Interval = tuple[datetime, datetime]


@dataclass(frozen=True)
class Change:
    """A change from one canonical status to another."""

    event: Event
    before: str
    after: str

    @property
    def at(self) -> datetime:
        return self.event.occurred_at

    @property
    def is_solve(self) -> bool:
        return self.after in SOLVED and self.before not in SOLVED


@dataclass(frozen=True)
class StatusHistory:
    """All changes of one ticket, in order; none for a ticket that no status event tells of."""

    created_at: datetime
    changes: Sequence[Change]

    @property
    def solves(self) -> list[datetime]:
        return [it.at for it in self.changes if it.is_solve]

    @property
    def reopenings(self) -> list[datetime]:
        return [it.at for it in self.changes if it.before in SOLVED and it.after not in SOLVED]

    @property
    def closes(self) -> list[datetime]:
        return [it.at for it in self.changes if it.after == "closed"]

    def spans(self, until: datetime) -> list[tuple[str, datetime, datetime]]:
        """Return the statuses in force from creation to an instant."""
        if not self.changes:
            return []
        starts = [(self.changes[0].before, self.created_at), *((it.after, it.at) for it in self.changes)]
        ends = [*(it.at for it in self.changes), until]
        return [
            (status, max(start, self.created_at), min(end, until))
            for (status, start), end in zip(starts, ends, strict=True)
            if max(start, self.created_at) < min(end, until)
        ]

    def intervals_in(self, statuses: Collection[str], until: datetime) -> list[Interval]:
        return [(start, end) for status, start, end in self.spans(until) if status in statuses]


def status_history(company: Company, created_at: datetime, events: Sequence[Event]) -> StatusHistory:
    """Follow the status events in order; a word that means the status already in force changes nothing."""
    changes: list[Change] = []
    current: str | None = None
    for event in events:
        if event.event_type != "status_changed":
            continue
        if current is None:
            current = company.canonical_status(event.from_value) if event.from_value else "new"
        after = company.canonical_status(event.to_value)
        if after != current:
            changes.append(Change(event, current, after))
            current = after
    return StatusHistory(created_at, changes)
