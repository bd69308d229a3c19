"""The whole company: what staging hands on, what its owner edits, and which version of a person was in force when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from tests.reference import entities as e
from tests.reference.business_time import Calendar

Row = TypeVar("Row")
Version = TypeVar("Version", e.AgentVersion, e.CustomerVersion)
SeedRow = Mapping[str, str]


@dataclass
class Company:
    """Everything figures are computed from; instants in UTC, days in `zone`."""

    as_of: datetime
    zone: ZoneInfo
    seeds: Mapping[str, Sequence[SeedRow]]
    calendar: Calendar
    tickets: Sequence[e.Ticket] = ()
    events: Sequence[e.Event] = ()
    agents: Sequence[e.AgentVersion] = ()
    customers: Sequence[e.CustomerVersion] = ()
    profiles: Sequence[e.Profile] = ()
    teams: Sequence[e.Team] = ()
    invitations: Sequence[e.Invitation] = ()
    responses: Sequence[e.Response] = ()
    posts: Sequence[e.Post] = ()
    texts: Sequence[e.Text] = ()
    text_topics: Sequence[e.TextTopic] = ()
    sessions: Sequence[e.Session] = ()
    orders: Sequence[e.Order] = ()
    usage_events: Sequence[e.UsageEvent] = ()
    feedback: Sequence[e.Feedback] = ()
    trainings: Sequence[e.Training] = ()
    events_of: Mapping[str, list[e.Event]] = field(init=False)
    registry: Mapping[str, SeedRow] = field(init=False)

    def __post_init__(self) -> None:
        self.registry = {row["kpi"]: row for row in self.seeds["kpis"]}
        self.statuses = {row["status"]: row["canonical_status"] for row in self.seeds["statuses"]}
        self.team_by_key = {team.team_key: team for team in self.teams}
        self.ticket_by_key = {ticket.ticket_key: ticket for ticket in self.tickets}
        self.invitation_by_key = {it.survey_invitation_key: it for it in self.invitations}
        self.handed_over_tickets = {it.handed_over_ticket_key for it in self.sessions}
        self._agents = versions_by_key(self.agents, "agent_key")
        self._customers = versions_by_key(self.customers, "customer_key")
        events_of = defaultdict(list)
        for event in sorted(self.events, key=lambda event: event.order):
            events_of[event.ticket_key].append(event)
        self.events_of = events_of

    def local_day(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def agent(self, key: str | None, instant: datetime) -> e.AgentVersion | None:
        """Return the agent as it was then."""
        return in_force(self._agents.get(key or "", []), instant)

    def customer(self, key: str | None, instant: datetime) -> e.CustomerVersion | None:
        """Return the customer as it was then."""
        return in_force(self._customers.get(key or "", []), instant)

    def versions_of(self, customer_key: str) -> list[e.CustomerVersion]:
        return self._customers.get(customer_key, [])

    def canonical_status(self, word: str | None) -> str:
        return self.statuses.get((word or "").strip().lower(), "unmapped")

    def team_name(self, key: str | None) -> str:
        team = self.team_by_key.get(key or "")
        return (team.name if team else None) or key or "unknown"

    def cuts(self, kpi: str) -> list[str]:
        """Return the dimensions a KPI may be cut by; none where the registry does not know it."""
        return self.registry[kpi]["dimensions"].split() if kpi in self.registry else []

    def window(self, kpi: str) -> timedelta:
        """Return the settle window of a KPI."""
        return timedelta(hours=float(self.registry[kpi]["settle_window_hours"]))

    def threshold(self, kpi: str) -> timedelta:
        return timedelta(seconds=float(self.registry[kpi]["threshold_seconds"]))


def versions_by_key(versions: Sequence[Version], key: str) -> dict[str, list[Version]]:
    found: dict[str, list[Version]] = defaultdict(list)
    for version in sorted(versions, key=lambda version: version.valid_from):
        found[getattr(version, key)].append(version)
    return found


def in_force(versions: Sequence[Version], instant: datetime) -> Version | None:
    """Return the last version that had begun by then; the first one holds since ever."""
    begun = [version for version in versions if version.valid_from <= instant]
    return begun[-1] if begun else (versions[0] if versions else None)
