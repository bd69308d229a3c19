"""The tickets still unsolved at the end of each day, by age, and the KPI backlog that a period's last day gives."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from tests.reference.company import Company
from tests.reference.periods import GRAINS, Address, Figure, Figures, period_start
from tests.reference.statuses import SOLVED
from tests.reference.tickets import Life

DAY = timedelta(days=1)
# The upper ends of the age bands, in days; an age on a border belongs to the older band.
BANDS = {"under_1_day": 1, "1_to_3_days": 3, "3_to_7_days": 7, "7_to_30_days": 30, "over_30_days": None}


@dataclass
class DayEnd:
    """The tickets unsolved at the end of a day."""

    backlog: int = 0
    by_band: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BANDS, 0))


Backlog = dict[tuple[date, str, str], DayEnd]


def end_of(day: date, company: Company) -> datetime:
    """Return the midnight that ends a local day."""
    return datetime.combine(day + DAY, time(), tzinfo=company.zone).astimezone(UTC)


def age_band(age: timedelta) -> str:
    for band, upper in BANDS.items():
        if upper is None or age < upper * DAY:
            return band
    raise AssertionError("the last band has no end")


def is_unsolved_at(life: Life, instant: datetime) -> bool:
    """Say whether a ticket created before an instant was unsolved just before it."""
    if life.history.changes:
        return life.history.status_at(instant - timedelta(microseconds=1)) not in SOLVED
    solved_at = life.last_solved_at or (life.first_solved_at if life.is_solved else None)
    if life.is_solved and solved_at is None:
        return False
    return solved_at is None or solved_at >= instant


def backlog_daily(company: Company, counted: list[Life]) -> Backlog:
    """Count at the end of each day, for each dimension value from the day of its first ticket on."""
    last_day = company.local_day(company.as_of)
    found: Backlog = {}
    for life in counted:
        places = [("overall", "all"), *life.dimensions.items()]
        day = company.local_day(life.ticket.created_at)
        while day <= last_day:
            end = end_of(day, company)
            for place in places:
                # A day has a row from the first ticket on, solved or not.
                row = found.setdefault((day, *place), DayEnd())
                if is_unsolved_at(life, end):
                    row.backlog += 1
                    row.by_band[age_band(end - life.ticket.created_at)] += 1
            day += DAY
    return found


def backlog_figures(daily: Backlog) -> Figures:
    """Take the last day present of each period."""
    last_days: dict[tuple[str, date, str, str], date] = defaultdict(lambda: date.min)
    for day, dimension, value in daily:
        for grain in GRAINS:
            key = (grain, period_start(day, grain), dimension, value)
            last_days[key] = max(last_days[key], day)
    found = {}
    for (grain, start, dimension, value), day in last_days.items():
        count = daily[day, dimension, value].backlog
        found[Address("backlog", "count", grain, start, dimension, value)] = Figure(count, None, count, count)
    return found
