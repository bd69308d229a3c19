"""Business minutes: the minutes of an interval whose local wall-clock time lies inside a schedule's weekly hours.

A holiday closes its whole local day. Hours that close at or before they open run past midnight, into the next day.
The clock changes of a zone are found by asking zoneinfo, day by day; between two changes wall-clock time and UTC run
alike, so an interval is cut there and counted in wall-clock time, where hours that a change skips or repeats come out
right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def minutes(duration: timedelta) -> float:
    """Return the exact, fractional minutes: a second is 1/60."""
    return duration / timedelta(minutes=1)


def calendar_minutes(start: datetime, end: datetime) -> float:
    return minutes(end - start)


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _change(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """Return the second at which the offset changes between two instants, by halving."""
    before = _offset(low, zone)
    while high - low > SECOND:
        middle = low + timedelta(seconds=(high - low) // SECOND // 2)
        if _offset(middle, zone) == before:
            low = middle
        else:
            high = middle
    return high


@cache
def clock_changes(zone: ZoneInfo, year: int) -> tuple[datetime, ...]:
    """Return the instants of a UTC year at which the zone's offset changes; at most one a day is looked for."""
    changes = []
    day = datetime(year, 1, 1, tzinfo=UTC)
    while day.year == year:
        if _offset(day, zone) != _offset(day + DAY, zone):
            changes.append(_change(day, day + DAY, zone))
        day += DAY
    return tuple(changes)


def wall_clock_pieces(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Cut an interval at the zone's clock changes; yield each piece as naive wall-clock times, with its offset."""
    years = range(start.year, end.year + 1)
    cuts = [change for year in years for change in clock_changes(zone, year) if start < change < end]
    for low, high in zip([start, *cuts], [*cuts, end], strict=True):
        offset = _offset(low, zone)
        yield (low + offset).replace(tzinfo=None), (high + offset).replace(tzinfo=None), offset


@dataclass(frozen=True)
class Hours:
    """Opening hours that begin on one weekday, 1 Monday to 7 Sunday; both ends counted from its midnight."""

    iso_day_of_week: int
    opens_at: timedelta
    closes_at: timedelta


@dataclass
class Schedule:
    """Weekly hours and holidays in a time zone."""

    zone: ZoneInfo
    hours: Sequence[Hours]
    holidays: frozenset[date] = frozenset()
    _days: dict[date, list[tuple[datetime, datetime]]] = field(default_factory=dict, repr=False)

    def open_on(self, day: date) -> list[tuple[datetime, datetime]]:
        """Return the open wall-clock intervals inside one local day, disjoint and in order."""
        if day not in self._days:
            self._days[day] = [] if day in self.holidays else self._merged(self._hours_touching(day))
        return self._days[day]

    def _hours_touching(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        midnight = datetime.combine(day, time())
        for first_day in (day - DAY, day):
            for hours in self.hours:
                if hours.iso_day_of_week != first_day.isoweekday():
                    continue
                opens = datetime.combine(first_day, time()) + hours.opens_at
                closes = datetime.combine(first_day, time()) + hours.closes_at
                if closes <= opens:
                    closes += DAY
                opens, closes = max(opens, midnight), min(closes, midnight + DAY)
                if opens < closes:
                    yield opens, closes

    @staticmethod
    def _merged(intervals: Iterator[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
        merged: list[tuple[datetime, datetime]] = []
        for opens, closes in sorted(intervals):
            if merged and opens <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(closes, merged[-1][1])
            else:
                merged.append((opens, closes))
        return merged

    def open_between(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the open parts of an interval, in order, as instants; nothing where the end is not after the start."""
        if end <= start:
            return
        for low, high, offset in wall_clock_pieces(start, end, self.zone):
            day = low.date()
            while datetime.combine(day, time()) < high:
                for opens, closes in self.open_on(day):
                    first, last = max(opens, low), min(closes, high)
                    if first < last:
                        yield (first - offset).replace(tzinfo=UTC), (last - offset).replace(tzinfo=UTC)
                day += DAY

    def minutes(self, start: datetime, end: datetime) -> float:
        """Return the business minutes between two instants."""
        return minutes(sum((last - first for first, last in self.open_between(start, end)), timedelta()))


@dataclass(frozen=True)
class Rule:
    """One row of seeds/schedule_rules.csv: a schedule for the tickets whose attributes have these values."""

    schedule: str
    conditions: Mapping[str, str]


@dataclass(frozen=True)
class Calendar:
    """All schedules, and the rules, in the order in which they are tried."""

    schedules: Mapping[str, Schedule]
    rules: Sequence[Rule]

    def schedule_of(self, attributes: Mapping[str, str]) -> Schedule:
        """Return the schedule of the first rule whose conditions all hold."""
        for rule in self.rules:
            if all(attributes[name] == value for name, value in rule.conditions.items()):
                return self.schedules[rule.schedule]
        raise LookupError(
            f"no rule of seeds/schedule_rules.csv matches {dict(attributes)}; its last row needs no condition"
        )
