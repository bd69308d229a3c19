"""The project's business time on seeds of a test's own, and a reference that walks every minute.

The SQL is the project's: dbt compiles the models, lookups by the macros and the tests on the seeds once; each example
runs them in memory. The reference knows nothing of it: it looks at the local wall clock in every minute.
"""

from __future__ import annotations

import atexit
import os
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from dagster_project.config import PROJECT_ROOT

DBT_PROJECT = PROJECT_ROOT / "dbt_project"
MODELS = (
    *("int_calendar_days", "int_time_zone_days", "int_business_segments", "int_business_days", "int_business_hours"),
)
SEEDS = ("schedules", "schedule_hours", "schedule_holidays", "schedule_rules")
LOOKUP = """
with clocks as (
    select
        spans.*,
        {{ business_clock('spans.from_at', 'from_days') }} as from_clock,
        {{ business_clock('spans.to_at', 'to_days') }} as to_clock
    from spans
    left join {{ ref('int_business_days') }} as from_days
        on {{ on_business_day('spans.schedule', 'spans.from_at', 'from_days') }}
    left join {{ ref('int_business_days') }} as to_days
        on {{ on_business_day('spans.schedule', 'spans.to_at', 'to_days') }}
)

select
    {{ business_minutes_between('clocks.from_clock', 'clocks.to_clock') }} as business_minutes,
    {{ instant_at_business_clock('clocks.from_clock + clocks.target_microseconds', 'hours') }} as due_at
from clocks
left join {{ ref('int_business_hours') }} as hours
    on {{ on_business_hour('clocks.schedule', 'clocks.from_clock + clocks.target_microseconds', 'hours') }}
order by clocks.number
"""
MINUTE = timedelta(minutes=1)


@dataclass
class Schedule:
    name: str
    zone: str
    hours: list[tuple[int, str, str]]
    holidays: list[date] = field(default_factory=list)


@dataclass(frozen=True)
class Compiled:
    """SQL as dbt compiled it, by node name."""

    models: dict[str, str] = field(repr=False)
    tests: dict[str, str] = field(repr=False)
    lookup: str = field(repr=False)


@cache
def compiled() -> Compiled:
    """Let dbt compile, once a process."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    folder = Path(mkdtemp(prefix="careloop_business_time_"))
    atexit.register(rmtree, folder, ignore_errors=True)
    options = [
        *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
        *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
    ]

    def compile_nodes(manifest: Any, *selection: str) -> dict[str, str]:
        outcome = dbtRunner(manifest=manifest).invoke(["--log-level", "none", "compile", *selection, *options])
        assert outcome.success, outcome.exception
        return {result.node.name: result.node.compiled_code for result in outcome.result}

    with pytest.MonkeyPatch.context() as environment:
        # in memory, as the examples are: compiled statements name the database
        environment.setitem(os.environ, "CARELOOP_BUILD_FILE", ":memory:")
        manifest = dbtRunner().invoke(["--log-level", "none", "parse", *options]).result
        nodes = compile_nodes(manifest, "--indirect-selection", "cautious", "--select", *MODELS, *SEEDS, "channels")
        (lookup,) = compile_nodes(manifest, "--inline", LOOKUP).values()
        DuckDBConnectionManager.close_all_connections()
    return Compiled(
        models={name: nodes.pop(name) for name in MODELS},
        tests={name: sql for name, sql in nodes.items() if sql},
        lookup=lookup,
    )


@contextmanager
def seeded(schedules: Sequence[Schedule], rules: Sequence[dict[str, Any]] = ()) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database that holds the seeds."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'; set threads = 1; create schema seed; create schema intermediate")
        connection.execute("create schema staging; create schema quality")
        connection.execute("create table seed.channels as select 'phone' as channel")
        connection.execute("create table seed.schedules (schedule varchar, name varchar, time_zone varchar)")
        connection.execute(
            "create table seed.schedule_hours "
            "(schedule varchar, iso_day_of_week int, opens_at varchar, closes_at varchar)"
        )
        connection.execute("create table seed.schedule_holidays (schedule varchar, holiday date, name varchar)")
        connection.execute(
            "create table seed.schedule_rules (position int, schedule varchar, channel varchar, team varchar, "
            "segment varchar, product varchar, priority varchar, category varchar, source varchar)"
        )
        _insert(connection, "seed.schedules", [(it.name, it.name, it.zone) for it in schedules])
        _insert(connection, "seed.schedule_hours", [(it.name, *row) for it in schedules for row in it.hours])
        _insert(connection, "seed.schedule_holidays", [(it.name, day, "") for it in schedules for day in it.holidays])
        for rule in rules:
            connection.execute(
                f"insert into seed.schedule_rules ({', '.join(rule)}) values ({', '.join('?' for _ in rule)})",
                list(rule.values()),
            )
        yield connection


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        values = ", ".join(f"({', '.join('?' for _ in row)})" for row in rows)
        connection.execute(f"insert into {table} values {values}", [value for row in rows for value in row])


@contextmanager
def built(
    schedules: Sequence[Schedule], first_ticket_at: datetime, as_of: datetime
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database that holds the seeds and what the models make of them."""
    with seeded(schedules) as connection:
        connection.execute("create table staging.stg_tickets as select ?::timestamp as created_at", [first_ticket_at])
        connection.execute("create table intermediate.int_as_of as select ?::timestamp as as_of", [as_of])
        connection.execute("create table staging.stg_ticket_events (occurred_at timestamp)")
        connection.execute("create table quality.row_outcome (outcome varchar, newest_at timestamp)")
        for name, sql in compiled().models.items():
            connection.execute(f"create table intermediate.{name} as {sql}")
        yield connection


def look_up(
    schedules: Sequence[Schedule], spans: Sequence[tuple[str, datetime, datetime, int]]
) -> list[tuple[float | None, datetime | None]]:
    """Return the business minutes of each span and when so many microseconds from its start are due."""
    first, last = min(span[1] for span in spans), max(span[2] for span in spans)
    with built(schedules, first, last) as connection:
        too_many = compiled().tests["no_day_has_more_open_segments_than_the_calendar_holds"]
        assert not connection.execute(too_many).fetchall()
        connection.execute(
            "create table spans (number int, schedule varchar, from_at timestamp, to_at timestamp, "
            "target_microseconds bigint)"
        )
        _insert(connection, "spans", [(number, *span) for number, span in enumerate(spans)])
        return connection.execute(compiled().lookup).fetchall()


class Walk:
    """Which minutes of a stretch of UTC were open, found by looking at the wall clock in each of them."""

    def __init__(self, schedule: Schedule, starts_at: datetime, days: int) -> None:
        week = [[False] * 1440 for _ in range(7)]
        for weekday, opens_at, closes_at in schedule.hours:
            opens, closes = _minutes(opens_at), _minutes(closes_at)
            for minute in range(opens, closes if closes > opens else closes + 1440):
                week[(weekday - 1 + minute // 1440) % 7][minute % 1440] = True
        zone = ZoneInfo(schedule.zone)
        holidays = set(schedule.holidays)
        self.starts_at = starts_at
        self.open: list[int] = []
        at = starts_at.replace(tzinfo=UTC)
        for _ in range(days * 1440):
            local = at.astimezone(zone)
            is_open = week[local.weekday()][local.hour * 60 + local.minute] and local.date() not in holidays
            self.open.append(60_000_000 if is_open else 0)
            at += MINUTE
        self.before = [0, *accumulate(self.open)]

    def clock(self, at: datetime) -> int:
        """Microseconds open since the walk began."""
        minute, rest = divmod(at - self.starts_at, MINUTE)
        if minute == len(self.open):
            return self.before[minute]
        return self.before[minute] + (rest // timedelta(microseconds=1) if self.open[minute] else 0)

    def reaches(self, clock: int) -> datetime | None:
        """The earliest instant at which so much was open, if it is on this walk."""
        minute = bisect_left(self.before, clock) - 1
        if minute + 1 == len(self.before):
            return None
        return self.starts_at + minute * MINUTE + timedelta(microseconds=clock - self.before[minute])


def _minutes(time: str) -> int:
    return int(time[:2]) * 60 + int(time[3:])
