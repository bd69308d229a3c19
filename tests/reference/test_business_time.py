"""The reference's own business minutes: against a walk of every minute, and against numbers anybody can work out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.business_time import Hours, Schedule

# Half-hour offsets and changes, changes at midnight, no changes at all.
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago", "Asia/Beirut"]
MINUTE = timedelta(minutes=1)
Weekly = list[tuple[int, int, int]]


def schedule(zone: str, weekly: Weekly, *holidays: date) -> Schedule:
    """Make a schedule of (weekday, opening minute, closing minute)."""
    hours = [Hours(day, opens * MINUTE, closes * MINUTE) for day, opens, closes in weekly]
    return Schedule(ZoneInfo(zone), hours, frozenset(holidays))


def walked(zone: str, weekly: Weekly, holidays: set[date], start: datetime, end: datetime) -> int:
    """Count the open minutes one by one, by what a clock on the wall shows at the beginning of each."""
    count = 0
    while start < end:
        wall = start.astimezone(ZoneInfo(zone))
        now = wall.hour * 60 + wall.minute
        yesterday = (wall.isoweekday() + 5) % 7 + 1
        for day, opens, closes in weekly:
            past_midnight = closes <= opens
            is_open_today = day == wall.isoweekday() and opens <= now and (now < closes or past_midnight)
            is_open_still = day == yesterday and past_midnight and now < closes
            if wall.date() not in holidays and (is_open_today or is_open_still):
                count += 1
                break
        start += MINUTE
    return count


minutes_of_day = st.integers(0, 95).map(lambda quarter: quarter * 15)
weekly_hours = st.lists(st.tuples(st.integers(1, 7), minutes_of_day, minutes_of_day), min_size=1, max_size=8)
# Around changes of the clock of both hemispheres, and elsewhere.
anchors = st.sampled_from(
    [datetime(2026, month, day, tzinfo=UTC) for month, day in [(3, 27), (4, 3), (9, 4), (10, 23)]]
)


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    weekly=weekly_hours,
    anchor=anchors,
    start=st.integers(0, 6 * 1440),
    length=st.integers(0, 3 * 1440),
    holiday=st.integers(0, 8),
)
def test_it_counts_as_a_walk_of_every_minute_does(
    zone: str, weekly: Weekly, anchor: datetime, start: int, length: int, holiday: int
) -> None:
    first, last = anchor + start * MINUTE, anchor + (start + length) * MINUTE
    closed = anchor.date() + timedelta(days=holiday)
    assert schedule(zone, weekly, closed).minutes(first, last) == walked(zone, weekly, {closed}, first, last)


ALWAYS = [(day, 0, 1440) for day in range(1, 8)]
OFFICE = [(day, 9 * 60, 17 * 60) for day in range(1, 6)]


@pytest.mark.parametrize(
    ("weekly", "start", "end", "expected"),
    [
        # Friday 16:30 to Monday 09:20, Berlin in winter: half an hour and 20 minutes.
        pytest.param(OFFICE, "2026-02-06 15:30", "2026-02-09 08:20", 50, id="over a weekend"),
        pytest.param(OFFICE, "2026-02-06 15:30:00", "2026-02-06 15:30:01", 1 / 60, id="one second"),
        pytest.param(OFFICE, "2026-02-09 09:00", "2026-02-06 09:00", 0, id="backwards"),
        # The day the clock springs forward has 23 hours, the day it falls back 25.
        pytest.param(ALWAYS, "2026-03-28 23:00", "2026-03-29 22:00", 23 * 60, id="spring"),
        pytest.param(ALWAYS, "2026-10-24 22:00", "2026-10-25 23:00", 25 * 60, id="autumn"),
        # From 02:00 to 02:30 is skipped in spring and happens twice in autumn.
        pytest.param([(7, 120, 150)], "2026-03-28 23:00", "2026-03-29 22:00", 0, id="skipped hour"),
        pytest.param([(7, 120, 150)], "2026-10-24 22:00", "2026-10-25 23:00", 60, id="repeated hour"),
        # Saturday 22:00 to 04:00 on Sunday, of which one hour is skipped: 5 hours.
        pytest.param([(6, 22 * 60, 4 * 60)], "2026-03-28 12:00", "2026-03-29 12:00", 300, id="past midnight"),
        # Intervals that overlap are open once.
        pytest.param([(1, 540, 720), (1, 600, 780)], "2026-02-09 00:00", "2026-02-10 00:00", 240, id="overlap"),
    ],
)
def test_minutes_that_can_be_counted_on_a_calendar(weekly: Weekly, start: str, end: str, expected: float) -> None:
    first, last = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, end))
    assert schedule("Europe/Berlin", weekly).minutes(first, last) == pytest.approx(expected)


def test_a_holiday_closes_its_own_part_of_hours_past_midnight() -> None:
    night = [(5, 22 * 60, 6 * 60)]
    first, last = datetime(2026, 2, 6, 12, tzinfo=UTC), datetime(2026, 2, 7, 12, tzinfo=UTC)
    assert schedule("UTC", night).minutes(first, last) == 480
    assert schedule("UTC", night, date(2026, 2, 6)).minutes(first, last) == 360
    assert schedule("UTC", night, date(2026, 2, 7)).minutes(first, last) == 120
