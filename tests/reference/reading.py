"""Reads a company: what staging accepted, from a build file, and what its owner edits, from the seeds."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import duckdb

from tests.reference import entities as e
from tests.reference.business_time import Calendar, Hours, Rule, Schedule
from tests.reference.company import Company, SeedRow, Version

Row = TypeVar("Row")


def read_company(build_file: Path, seeds_folder: Path) -> Company:
    """Read what staging accepted from a build file, and the seeds."""
    seeds = {path.stem: read_seed(path) for path in sorted(seeds_folder.glob("*.csv"))}
    with duckdb.connect(str(build_file), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        as_of, zone = connection.execute("select as_of, reporting_time_zone from core.as_of").fetchall()[0]
        read: dict[str, Any] = {name: read_rows(connection, *source) for name, source in SOURCES.items()}
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
    "profiles": ("staging.stg_customers", e.Profile),
    "teams": ("staging.stg_teams", e.Team),
    "invitations": ("staging.stg_survey_invitations", e.Invitation),
    "responses": ("staging.stg_survey_responses", e.Response),
    "posts": ("staging.stg_social_posts", e.Post),
    "texts": ("personal.texts left join texts.text_class using (text_hash)", e.Text),
    "text_topics": ("personal.texts join texts.text_topic using (text_hash)", e.TextTopic),
    "sessions": ("staging.stg_self_service_sessions", e.Session),
    "orders": ("staging.stg_orders", e.Order),
    "usage_events": ("staging.stg_usage_events", e.UsageEvent),
    "trainings": ("staging.stg_trainings", e.Training),
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
        f"where _outcome in ('accepted', 'superseded') "
        f"order by {key}, coalesce({version}, _extracted_at), _extracted_at"
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
        name = row["schedule"]
        hours = [
            Hours(int(it["iso_day_of_week"]), clock_time(it["opens_at"]), clock_time(it["closes_at"]))
            for it in seeds["schedule_hours"]
            if it["schedule"] == name
        ]
        holidays = (date.fromisoformat(it["holiday"]) for it in seeds["schedule_holidays"] if it["schedule"] == name)
        schedules[name] = Schedule(ZoneInfo(row["time_zone"]), hours, frozenset(holidays))
    rules = [
        Rule(it["schedule"], {cut: value for cut, value in it.items() if value and cut not in ("position", "schedule")})
        for it in sorted(seeds["schedule_rules"], key=lambda row: int(row["position"]))
    ]
    return Calendar(schedules, rules)


def clock_time(text: str) -> timedelta:
    """Read hh:mm; 24:00 is the end of the day."""
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
