"""Business time against a walk of every minute over random schedules, zones and intervals, and cases worked by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.business_time import Schedule, Walk, look_up

# Both hemispheres, half and quarter hours, clocks moved by half an hour, at midnight, twice a year for a month of
# fasting, and a zone that left out a day.
ZONES = (
    *("UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns", "America/Havana"),
    *("America/Santiago", "Asia/Beirut", "Asia/Kolkata", "Asia/Kathmandu", "Africa/Casablanca", "Africa/Cairo"),
    *("Australia/Adelaide", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia", "Pacific/Pago_Pago"),
)
DAYS_WALKED = 12


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@cache
def moves(zone: str) -> list[date]:
    """Days of 2005 to 2025 whose UTC offset differs from that of the day before.

    Rules of later years are known to some releases of the zone database only, and the engine brings its own.
    """
    days = [datetime(2005, 1, 1, tzinfo=UTC) + timedelta(days=number) for number in range(365 * 21)]
    offsets = [day.astimezone(ZoneInfo(zone)).utcoffset() for day in days]
    return [day.date() for day, before, after in zip(days, offsets, offsets[1:], strict=False) if before != after]


TIMES = st.one_of(st.sampled_from([0, 30, 90, 120, 150, 180, 540, 1020, 1380, 1410]), st.integers(0, 1439))
INTERVALS = st.tuples(st.integers(1, 7), TIMES, st.one_of(TIMES, st.just(1440)))


@st.composite
def companies(draw: st.DrawFn) -> tuple[datetime, list[Schedule]]:
    """Two schedules, and the instant at which the walk begins: mostly shortly before clocks are moved in the first."""
    zones = draw(st.tuples(st.sampled_from(ZONES), st.sampled_from(ZONES)))
    moved = moves(zones[0])
    if moved and draw(st.integers(0, 3)):
        first = draw(st.sampled_from(moved)) - timedelta(days=draw(st.integers(1, DAYS_WALKED - 3)))
    else:
        first = draw(st.dates(date(2005, 1, 1), date(2025, 12, 1)))
    schedules = []
    for name, zone in zip(("first", "second"), zones, strict=True):
        hours = [
            (day, f"{opens // 60:02}:{opens % 60:02}", f"{closes // 60:02}:{closes % 60:02}")
            for day, opens, closes in draw(st.lists(INTERVALS, min_size=1, max_size=8))
        ]
        hours.append(hours[0])  # an owner's slip that must not count twice, even if a test on the seed stops it
        holidays = draw(st.sets(st.integers(0, DAYS_WALKED), max_size=3))
        schedules.append(Schedule(name, zone, hours, [first + timedelta(days=number) for number in sorted(holidays)]))
    return at(first.isoformat()), schedules


@given(
    company=companies(),
    random=st.randoms(use_true_random=False),
)
# An example explains itself well enough; making a failing one smaller takes minutes.
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
def test_business_minutes_and_due_instants_are_those_of_a_walk_of_every_minute(
    company: tuple[datetime, list[Schedule]], random: Any
) -> None:
    starts_at, schedules = company
    walks = {schedule.name: Walk(schedule, starts_at, DAYS_WALKED) for schedule in schedules}
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
    found = look_up(schedules, spans)
    for (name, from_at, to_at, target), (minutes, due_at) in zip(spans, found, strict=True):
        walk = walks[name]
        context = f"{name} from {from_at} to {to_at}, target {target}"
        assert minutes == (walk.clock(to_at) - walk.clock(from_at)) / 60_000_000, context
        expected = walk.reaches(walk.clock(from_at) + target)
        if expected is None:
            assert due_at is None or due_at > walk.starts_at + timedelta(days=DAYS_WALKED), context
        else:
            assert due_at == expected, context


WEEKDAYS = Schedule(
    "weekdays",
    "Europe/Berlin",
    [*((day, "08:00", "12:00") for day in range(1, 6)), *((day, "13:00", "17:00") for day in range(1, 6))],
    [date(2025, 12, 25)],
)
HOUR = 3_600_000_000


def test_a_ticket_open_for_eleven_years_is_counted_to_the_microsecond() -> None:
    # Hours that no change of clocks touches: eight a weekday that is no holiday, plus the last day's.
    days = [date(2015, 1, 5) + timedelta(days=number) for number in range(4017)]
    assert days[-1] == date(2026, 1, 3)
    open_days = sum(day.isoweekday() <= 5 and day not in WEEKDAYS.holidays for day in days)
    # from a Monday 07:00 UTC, opening time in winter, to a Monday eleven years on, 1.000001 s after opening
    span = ("weekdays", at("2015-01-05 07:00:00"), at("2026-01-05 07:00:01.000001"), open_days * 8 * HOUR)
    ((minutes, due_at),) = look_up([WEEKDAYS], [span])
    assert minutes == (open_days * 8 * HOUR + 1_000_001) / 60_000_000
    # the last of those hours ends on Friday at 17:00 local time
    assert due_at == at("2026-01-02 16:00:00")


@pytest.mark.parametrize(
    ("case", "from_at", "hours", "due_at"),
    [
        ("over the break", "2025-07-07 09:30:00", 2, "2025-07-07 12:30:00"),
        ("at closing time, not at the next opening", "2025-07-07 12:00:00", 3, "2025-07-07 15:00:00"),
        ("over the weekend", "2025-07-11 14:00:00", 2, "2025-07-14 07:00:00"),
        ("from a Saturday on", "2025-07-12 10:00:00", 1, "2025-07-14 07:00:00"),
        ("over the weekend on which summer time ends", "2025-10-24 14:00:00", 2, "2025-10-27 08:00:00"),
        ("over the weekend on which summer time begins", "2025-03-28 15:00:00", 2, "2025-03-31 07:00:00"),
        ("over the holiday", "2025-12-24 15:30:00", 1, "2025-12-26 07:30:00"),
        ("beyond the calendar", "2025-12-24 15:30:00", 8 * 300, None),
    ],
)
def test_a_target_is_due(case: str, from_at: str, hours: int, due_at: str | None) -> None:
    # Berlin: 08:00 is 06:00 UTC in summer and 07:00 UTC in winter; open 8-12 and 13-17.
    ((_, found),) = look_up([WEEKDAYS], [("weekdays", at(from_at), at("2025-12-31"), hours * HOUR)])
    assert found == (at(due_at) if due_at else None), case


def test_an_instant_that_is_unknown_or_outside_the_calendar_has_no_business_time() -> None:
    known = ("weekdays", at("2025-07-07 06:00:00"), at("2025-07-07 07:00:00"), 1)
    outside = ("nobody", at("2025-07-07 06:00:00"), at("2025-07-07 07:00:00"), 1)
    assert look_up([WEEKDAYS], [known, outside]) == [(60, at("2025-07-07 06:00:00.000001")), (None, None)]


def test_all_segments_that_the_calendar_holds_for_a_day_count() -> None:
    # the first half of eight hours of a Monday, up to the last minute
    eight = Schedule("eight", "UTC", [(1, f"{hour:02}:00", f"{hour:02}:30") for hour in range(9, 17)])
    span = ("eight", at("2025-07-07 00:00:00"), at("2025-07-07 16:29:00"), 1)
    assert look_up([eight], [span])[0][0] == 8 * 30 - 1


def test_a_target_is_due_late_on_a_day_that_is_open_throughout() -> None:
    # Monday's half hour and 23 h 54 min of Tuesday: the 25th open hour that Tuesday takes part in.
    schedule = Schedule("s", "UTC", [(1, "00:00", "00:30"), (2, "00:00", "24:00")])
    span = ("s", at("2025-07-07 00:00:00"), at("2025-07-09 00:00:00"), 24 * HOUR + 24 * HOUR // 60)
    assert look_up([schedule], [span]) == [(24.5 * 60, at("2025-07-08 23:54:00"))]
