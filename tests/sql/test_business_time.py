"""Business time against a walk of every minute, over random schedules, zones and intervals.

The SQL is the project's own: dbt compiles the models, the lookups and the tests on the seeds once; each example runs
them on seeds of its own in memory. The reference knows nothing of it: it looks at the local wall clock minute by minute.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from dagster_project.config import PROJECT_ROOT

DBT_PROJECT = PROJECT_ROOT / "dbt_project"
MODELS = ("int_time_zone_days", "int_business_segments", "int_business_days", "int_business_hours")
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
# Both hemispheres, half and quarter hours, clocks moved by half an hour, at midnight, twice a year for a month of
# fasting, and a zone that left out a day.
ZONES = (
    *("UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns", "America/Havana"),
    *("America/Santiago", "Asia/Beirut", "Asia/Kolkata", "Asia/Kathmandu", "Africa/Casablanca", "Africa/Cairo"),
    *("Australia/Adelaide", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia", "Pacific/Pago_Pago"),
)
DAYS_WALKED = 12
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


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compiled]:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    folder = tmp_path_factory.mktemp("dbt")
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
        nodes = compile_nodes(manifest, "--select", *MODELS, *SEEDS)
        (lookup,) = compile_nodes(manifest, "--inline", LOOKUP).values()
        DuckDBConnectionManager.close_all_connections()
    yield Compiled(
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
            "create table seed.schedule_hours (schedule varchar, iso_day_of_week int, opens_at varchar, closes_at varchar)"
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


def look_up(
    compiled: Compiled, schedules: Sequence[Schedule], spans: Sequence[tuple[str, datetime, datetime, int]]
) -> list[tuple[float | None, datetime | None]]:
    """Return the business minutes of each span and when so many microseconds from its start are due."""
    with seeded(schedules) as connection:
        first, last = min(span[1] for span in spans), max(span[2] for span in spans)
        connection.execute("create table intermediate.int_tickets_united as select ?::timestamp as created_at", [first])
        connection.execute("create table intermediate.int_as_of as select ?::timestamp as as_of", [last])
        connection.execute("create table staging.stg_ticket_events (occurred_at timestamp)")
        connection.execute("create table quality.row_outcome (outcome varchar, newest_at timestamp)")
        for name, sql in compiled.models.items():
            connection.execute(f"create table intermediate.{name} as {sql}")
        segments = connection.execute("select max(segment) from intermediate.int_business_segments").fetchone()
        assume(segments is not None and (segments[0] or 0) <= 8)
        connection.execute(
            "create table spans (number int, schedule varchar, from_at timestamp, to_at timestamp, "
            "target_microseconds bigint)"
        )
        _insert(connection, "spans", [(number, *span) for number, span in enumerate(spans)])
        return connection.execute(compiled.lookup).fetchall()


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


@cache
def moves(zone: str) -> list[date]:
    """Days from 2005 on whose UTC offset differs from that of the day before."""
    days = [datetime(2005, 1, 1, tzinfo=UTC) + timedelta(days=number) for number in range(365 * 23)]
    offsets = [day.astimezone(ZoneInfo(zone)).utcoffset() for day in days]
    return [day.date() for day, before, after in zip(days, offsets, offsets[1:], strict=False) if before != after]


TIMES = st.one_of(st.sampled_from([0, 30, 90, 120, 150, 180, 540, 1020, 1380, 1410]), st.integers(0, 1439))
INTERVALS = st.tuples(st.integers(1, 7), TIMES, st.one_of(TIMES, st.just(1440)))


@st.composite
def schedules(draw: st.DrawFn, name: str) -> tuple[Schedule, datetime]:
    """A schedule and the instant at which its walk begins, mostly shortly before clocks are moved."""
    zone = draw(st.sampled_from(ZONES))
    moved = moves(zone)
    if moved and draw(st.integers(0, 3)):
        first = draw(st.sampled_from(moved)) - timedelta(days=draw(st.integers(1, DAYS_WALKED - 3)))
    else:
        first = draw(st.dates(date(2005, 1, 1), date(2027, 6, 1)))
    hours = [
        (day, f"{opens // 60:02}:{opens % 60:02}", f"{closes // 60:02}:{closes % 60:02}")
        for day, opens, closes in draw(st.lists(INTERVALS, min_size=1, max_size=12))
    ]
    holidays = draw(st.sets(st.integers(0, DAYS_WALKED), max_size=3))
    days = [first + timedelta(days=number) for number in sorted(holidays)]
    return Schedule(name, zone, hours, days), datetime(first.year, first.month, first.day)  # noqa: DTZ001 (UTC by house rule)


@given(
    drawn=st.tuples(schedules("first"), schedules("second")),
    random=st.randoms(use_true_random=False),
)
# An example explains itself well enough; making a failing one smaller takes minutes.
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
def test_business_minutes_and_due_instants_are_those_of_a_walk_of_every_minute(
    compiled: Compiled, drawn: tuple[tuple[Schedule, datetime], ...], random: Any
) -> None:
    walks = {schedule.name: Walk(schedule, first, DAYS_WALKED) for schedule, first in drawn}
    spans = []
    for name, walk in walks.items():
        for _ in range(60):
            # ends at whole minutes, where hours begin and end, as often as between them
            ends = sorted(random.randrange(DAYS_WALKED * 1440) * 60_000_000 for _ in range(2))
            if random.random() < 0.5:
                ends = [end + random.randrange(60_000_000) for end in ends]
            from_at, to_at = (walk.starts_at + timedelta(microseconds=end) for end in sorted(ends))
            spent = walk.clock(to_at) - walk.clock(from_at)
            spans.append((name, from_at, to_at, random.choice([spent, random.randrange(1, 10**11)]) or 1))
    found = look_up(compiled, [schedule for schedule, _ in drawn], spans)
    for (name, from_at, to_at, target), (minutes, due_at) in zip(spans, found, strict=True):
        walk = walks[name]
        context = f"{name} from {from_at} to {to_at}, target {target}"
        assert minutes == (walk.clock(to_at) - walk.clock(from_at)) / 60_000_000, context
        expected = walk.reaches(walk.clock(from_at) + target)
        if expected is None:
            assert due_at is None or due_at > walk.starts_at + timedelta(days=DAYS_WALKED), context
        else:
            assert due_at == expected, context
