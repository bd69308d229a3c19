"""From team to team: moves after the first assignment are transfers, moves up a tier are escalations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.reference.company import Company
from tests.reference.entities import Event


@dataclass(frozen=True)
class Move:
    """A ticket goes from one team to another, or to the same; None where no team had it, or has."""

    is_after_assignment: bool
    before: str | None
    after: str | None


def moves(events: Sequence[Event]) -> list[Move]:
    """Follow a ticket's events in order; the first routing comes from no team unless the event says otherwise."""
    found = []
    team: str | None = None
    is_assigned = False
    for event in events:
        is_assigned = is_assigned or event.event_type == "assigned"
        if event.event_type == "team_changed":
            before = team or (f"{event.source}:{event.from_value}" if event.from_value else None)
            team = f"{event.source}:{event.to_value}" if event.to_value else None
            found.append(Move(is_assigned, before, team))
    return found


def is_transferred(events: Sequence[Event]) -> bool:
    return any(move.is_after_assignment and move.before != move.after for move in moves(events))


def is_escalated(company: Company, events: Sequence[Event]) -> bool:
    """Say whether somebody escalated the ticket, or moved it to a tier above the first and above where it was."""
    if any(event.event_type == "escalated" for event in events):
        return True

    def tier(team_key: str | None) -> int | None:
        team = company.team_by_key.get(team_key or "")
        return team.tier if team else None

    tiers = [(tier(move.before), tier(move.after)) for move in moves(events)]
    return any(before is not None and after is not None and after > max(before, 1) for before, after in tiers)
