"""The tickets still unsolved at the end of each day, by age, and the KPI backlog that a period's last day gives."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from tests.reference.company import Company
from tests.reference.periods import GRAINS, Address, Figure, Figures, period_start
from tests.reference.statuses import UNSOLVED, Interval
from tests.reference.tickets import Life

DAY = timedelta(days=1)
# The upper ends of the age bands, in days; an age on a border belongs to the older band.
BANDS = {
    "backlog_under_1_day": 1,
    "backlog_1_to_3_days": 3,
    "backlog_3_to_7_days": 7,
    "backlog_7_to_30_days": 30,
    "backlog_over_30_days": None,
}


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


def unsolved_intervals(life: Life, until: datetime) -> list[Interval]:
    """Return when the ticket was unsolved; without a status history, up to the solve its snapshot names."""
    if life.history.changes:
        return life.history.intervals_in(UNSOLVED, until)
    if not life.is_solved:
        return [(life.ticket.created_at, until)]
    return [(life.ticket.created_at, life.last_solved_at)] if life.last_solved_at else []


def backlog_daily(company: Company, counted: list[Life]) -> Backlog:
    """Count at the end of each day, for each dimension value from the day of its first ticket on, solved or not."""
    last_day = company.local_day(company.as_of)
    found: Backlog = {}
    for place, day in first_days(company, counted).items():
        while day <= last_day:
            found[day, *place] = DayEnd()
            day += DAY
    for life in counted:
        for start, end in unsolved_intervals(life, end_of(last_day, company)):
            day = company.local_day(start)
            # Unsolved just before midnight: since before it, and until then or later.
            while (midnight := end_of(day, company)) <= end:
                for place in places(company, life):
                    found[day, *place].backlog += 1
                    found[day, *place].by_band[age_band(midnight - life.ticket.created_at)] += 1
                day += DAY
    return found


def places(company: Company, life: Life) -> list[tuple[str, str]]:
    return [
        ("overall", "all"),
        *((cut, life.dimensions[cut]) for cut in company.cuts("backlog") if cut != "age"),
    ]


def first_days(company: Company, counted: list[Life]) -> dict[tuple[str, str], date]:
    """Return the day of the first ticket of each dimension value."""
    found: dict[tuple[str, str], date] = {}
    for life in counted:
        day = company.local_day(life.ticket.created_at)
        for place in places(company, life):
            found[place] = min(day, found.get(place, day))
    return found


def backlog_figures(company: Company, daily: Backlog) -> Figures:
    """Take the last day present of each period; cut by age too, where the registry says so."""
    last_days: dict[tuple[str, date, str, str], date] = defaultdict(lambda: date.min)
    for day, dimension, value in daily:
        for grain in GRAINS:
            key = (grain, period_start(day, grain), dimension, value)
            last_days[key] = max(last_days[key], day)
    found = {}
    for (grain, start, dimension, value), day in last_days.items():
        row = daily[day, dimension, value]
        counts = {(dimension, value): row.backlog}
        if dimension == "overall" and "age" in company.cuts("backlog"):
            counts |= {("age", band.removeprefix("backlog_")): count for band, count in row.by_band.items()}
        for place, count in counts.items():
            found[Address("backlog", "count", grain, start, *place)] = Figure(count, None, count, count)
    return found
