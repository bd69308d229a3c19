"""The real incident log, worked out row by row in plain Python: written from the dictionary, not from the SQL.

Its rows are updates of incidents. Updates before the incident was opened are no part of it; an update is known by
incident and modification count, and of two with the same (one pair in the log) the one that was made later counts.
"""

from __future__ import annotations

import csv
import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

STATUSES = {
    "New": "new",
    "Active": "open",
    "Awaiting User Info": "pending",
    "Awaiting Problem": "on hold",
    "Awaiting Vendor": "on hold",
    "Awaiting Evidence": "on hold",
    "Resolved": "solved",
    "Closed": "closed",
}
SOLVED = ("solved", "closed")
REOPEN_WINDOW = timedelta(days=14)


@dataclass(frozen=True)
class Update:
    """What one row of the log says holds from then on; None where it does not know."""

    at: datetime
    position: int
    status: str
    team: str | None
    assignee: str | None


@dataclass(frozen=True)
class Incident:
    """An incident with its updates in order."""

    opened_at: datetime
    updates: list[Update]

    def status_changes(self) -> Iterator[tuple[datetime, str, str]]:
        """Yield instant, status before and status after of every real change."""
        status = "new"
        for update in self.updates:
            if update.status != status:
                yield update.at, status, update.status
                status = update.status

    def solves(self) -> list[datetime]:
        return [at for at, before, after in self.status_changes() if after in SOLVED and before not in SOLVED]

    def reopenings(self) -> list[datetime]:
        return [at for at, before, after in self.status_changes() if before in SOLVED and after not in SOLVED]

    def steps(self) -> Iterator[tuple[str, datetime]]:
        """Yield the steps of the process; an update that changes nothing makes none."""
        yield "created", self.opened_at
        status, team, assignee = "new", None, None
        for update in self.updates:
            if update.status != status:
                reopened = status in SOLVED and update.status not in SOLVED
                yield "reopened" if reopened else "opened" if update.status == "open" else update.status, update.at
            if update.assignee not in (None, assignee):
                yield "assigned", update.at
            if update.team not in (None, team):
                yield "team changed", update.at
            status, team, assignee = update.status, update.team or team, update.assignee or assignee


def read_incidents(log: Path) -> dict[str, Incident]:
    """Read the log: number → incident."""
    opened: dict[str, datetime] = {}
    updates: dict[str, dict[str, Update]] = defaultdict(dict)
    with log.open(encoding="utf-8", newline="") as file:
        for position, row in enumerate(csv.DictReader(file)):
            number, at = row["number"], _instant(row["sys_updated_at"])
            opened[number] = _instant(row["opened_at"])
            if at >= opened[number]:
                known = {name: None if row[name] == "?" else row[name] for name in ("assignment_group", "assigned_to")}
                update = Update(
                    at, position, STATUSES[row["incident_state"]], known["assignment_group"], known["assigned_to"]
                )
                same = updates[number].setdefault(row["sys_mod_count"], update)
                if update.at > same.at:
                    updates[number][row["sys_mod_count"]] = update
    in_order = {number: sorted(it.values(), key=lambda it: (it.at, it.position)) for number, it in updates.items()}
    return {number: Incident(at, in_order[number]) for number, at in opened.items()}


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%d-%m-%Y %H:%M").replace(tzinfo=UTC)


def reopen_share(incidents: dict[str, Incident], as_of: datetime) -> tuple[int, int]:
    """Return reopened within the window of the first solve, and solved, of those whose window has elapsed."""
    settled = [it for it in incidents.values() if it.solves() and as_of - it.solves()[0] >= REOPEN_WINDOW]
    reopened = [it for it in settled if it.reopenings() and it.reopenings()[0] - it.solves()[0] <= REOPEN_WINDOW]
    return len(reopened), len(settled)


def median_full_resolution_minutes(incidents: dict[str, Incident]) -> float:
    """Return the median minutes from opening to the last solve; every incident of the log is closed."""
    return statistics.median(_minutes(it.solves()[-1] - it.opened_at) for it in incidents.values())


def transition_minutes(incidents: dict[str, Incident]) -> dict[tuple[str, str], list[float]]:
    """Return the minutes between steps that follow one another: (from, to) → one figure a transition."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for incident in incidents.values():
        for (step, at), (next_step, next_at) in pairwise(incident.steps()):
            found[step, next_step].append(_minutes(next_at - at))
    return found


def waiting_minutes(incidents: dict[str, Incident]) -> dict[str, float]:
    """Return the minutes that callers waited, by team in charge and status: 'team: status' → minutes."""
    found: dict[str, float] = defaultdict(float)
    for incident in incidents.values():
        since, status, team = incident.opened_at, "new", None
        for update in incident.updates:
            if status in ("new", "open", "on hold"):
                found[f"{team or 'unknown'}: {status}"] += _minutes(update.at - since)
            since, status, team = update.at, update.status, update.team or team
    return found


def _minutes(duration: timedelta) -> float:
    return duration.total_seconds() / 60
