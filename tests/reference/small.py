"""Tiny companies for hand-worked cases: rows in a line each, and the project's own seeds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dagster_project.config import PROJECT_ROOT
from tests.reference.all_kpis import Reference
from tests.reference.company import Company
from tests.reference.entities import AgentVersion, Event, Team
from tests.reference.periods import Address, Figure
from tests.reference.reading import read_calendar, read_seed

SEEDS = {path.stem: read_seed(path) for path in sorted((PROJECT_ROOT / "seeds").glob("*.csv"))}
AGENTS = (AgentVersion("helpdesk:ann"), AgentVersion("helpdesk:bob"), AgentVersion("helpdesk:robo", is_bot=True))
TEAMS = (Team("helpdesk:front", "Front", 1), Team("helpdesk:back", "Back", 1), Team("helpdesk:expert", "Expert", 2))


def at(text: str) -> datetime:
    """Read an instant in UTC: '2026-03-02 09:00', with seconds if need be."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def events(ticket_key: str, *lines: str) -> list[Event]:
    """Read events, a line each: instant | actor type | actor | event type | from | to; '-' is not given."""
    found = []
    for position, line in enumerate(lines):
        when, kind, actor, event_type, *values = (part.strip() for part in line.split("|"))
        before, after = (None if value == "-" else value for value in (*values, "-", "-")[:2])
        found.append(
            Event(
                ticket_key,
                at(when),
                event_type,
                actor_type=None if kind == "-" else kind,
                actor_agent_key=f"helpdesk:{actor}",
                actor_customer_key=actor,
                from_value=before,
                to_value=after,
                is_public=event_type == "message",
                ticket_event_key=f"{ticket_key} {position}",
                source_position=position,
            )
        )
    return found


def reference(as_of: str, zone: str = "UTC", **rows: Sequence[Any]) -> Reference:
    """Compute a company of these rows, with the seeds of the project."""
    given = {"agents": AGENTS, "teams": TEAMS, **rows}
    company = Company(at(as_of), ZoneInfo(zone), SEEDS, read_calendar(SEEDS), **given)
    return Reference(company)


def figure(
    company: Reference, kpi: str, statistic: str, month: str, dimension: str = "overall", value: str = "all"
) -> Figure | None:
    """Return a figure of a month; None where there is none."""
    start = at(f"{month}-01").date()
    return company.figures.get(Address(kpi, statistic, "month", start, dimension, value))
