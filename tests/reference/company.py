"""The whole company: what staging hands on, read from a build file, and what its owner edits, read from the seeds.

Nothing is computed here beyond putting rows in order and finding which version of a person was in force when.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import duckdb

from tests.reference import entities as e
from tests.reference.business_time import Calendar, Hours, Rule, Schedule

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
    teams: Sequence[e.Team] = ()
    invitations: Sequence[e.Invitation] = ()
    responses: Sequence[e.Response] = ()
    posts: Sequence[e.Post] = ()
    sessions: Sequence[e.Session] = ()
    orders: Sequence[e.Order] = ()
    usage_events: Sequence[e.UsageEvent] = ()
    feedback: Sequence[e.Feedback] = ()
    events_of: Mapping[str, list[e.Event]] = field(init=False)
    registry: Mapping[str, SeedRow] = field(init=False)

    def __post_init__(self) -> None:
        self.registry = {row["kpi"]: row for row in self.seeds["kpis"]}
        self.statuses = {row["status"]: row["canonical_status"] for row in self.seeds["statuses"]}
        self.team_by_key = {team.team_key: team for team in self.teams}
        self.ticket_by_key = {ticket.ticket_key: ticket for ticket in self.tickets}
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


def read_company(build_file: Path, seeds_folder: Path) -> Company:
    """Read what staging accepted from a build file, and the seeds."""
    seeds = {path.stem: read_seed(path) for path in sorted(seeds_folder.glob("*.csv"))}
    with duckdb.connect(str(build_file), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        as_of, zone = connection.execute("select as_of, reporting_time_zone from core.as_of").fetchall()[0]
        read = {name: read_rows(connection, *source) for name, source in SOURCES.items()}
        agents = read_versions(connection, "typed_agents", e.AgentVersion, "agent_key", "_extracted_at")
        customers = read_versions(connection, "typed_customers", e.CustomerVersion, "customer_key", "updated_at")
    return Company(
        as_of=as_of.replace(tzinfo=UTC),
        zone=ZoneInfo(zone),
        seeds=seeds,
        calendar=read_calendar(seeds),
        agents=agents,
        customers=customers,
        **read,
    )


SOURCES: dict[str, tuple[str, type]] = {
    "tickets": ("staging.stg_tickets", e.Ticket),
    "events": ("staging.stg_ticket_events", e.Event),
    "teams": ("staging.stg_teams", e.Team),
    "invitations": ("staging.stg_survey_invitations", e.Invitation),
    "responses": ("staging.stg_survey_responses", e.Response),
    "posts": ("staging.stg_social_posts", e.Post),
    "sessions": ("staging.stg_self_service_sessions", e.Session),
    "orders": ("staging.stg_orders", e.Order),
    "usage_events": ("staging.stg_usage_events", e.UsageEvent),
    "feedback": ("staging.stg_employee_feedback", e.Feedback),
}


def read_rows(connection: duckdb.DuckDBPyConnection, relation: str, entity: type[Row]) -> list[Row]:
    """Read a relation's rows into dataclasses, column by field name."""
    names = [it.name for it in fields(entity)]  # type: ignore[arg-type]  # every entity is a dataclass
    rows = connection.execute(f"select {', '.join(names)} from {relation}").fetchall()
    return [entity(**dict(zip(names, map(in_utc, row), strict=True))) for row in rows]


def in_utc(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def read_versions(
    connection: duckdb.DuckDBPyConnection, relation: str, entity: type[Version], key: str, version: str
) -> list[Version]:
    """Read all versions of agents or customers that staging did not refuse; a key's first holds since ever."""
    names = [it.name for it in fields(entity) if it.name != "valid_from"]
    rows = connection.execute(
        f"select {', '.join(names)}, coalesce({version}, _extracted_at) from personal.{relation} "
        f"where _outcome in ('accepted', 'superseded') order by {key}, coalesce({version}, _extracted_at), _extracted_at"
    ).fetchall()
    found: list[Version] = []
    for *values, since in rows:
        described = dict(zip(names, map(in_utc, values), strict=True))
        first = not found or getattr(found[-1], key) != described[key]
        found.append(entity(**described, valid_from=e.LONG_AGO if first else in_utc(since)))
    return found


def read_seed(path: Path) -> list[SeedRow]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_calendar(seeds: Mapping[str, Sequence[SeedRow]]) -> Calendar:
    schedules = {}
    for row in seeds["schedules"]:
        mine = {name: [it for it in seeds[name] if it["schedule"] == row["schedule"]] for name in seeds if "schedule_" in name}
        hours = [
            Hours(int(it["iso_day_of_week"]), clock_time(it["opens_at"]), clock_time(it["closes_at"]))
            for it in mine["schedule_hours"]
        ]
        holidays = frozenset(date.fromisoformat(it["holiday"]) for it in mine["schedule_holidays"])
        schedules[row["schedule"]] = Schedule(ZoneInfo(row["time_zone"]), hours, holidays)
    rules = [
        Rule(it["schedule"], {name: value for name, value in it.items() if value and name not in ("position", "schedule")})
        for it in sorted(seeds["schedule_rules"], key=lambda row: int(row["position"]))
    ]
    return Calendar(schedules, rules)


def clock_time(text: str) -> timedelta:
    """Read hh:mm; 24:00 is the end of the day."""
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
