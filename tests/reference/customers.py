"""Which customers were active when, who came, who stayed, who left, and how often they asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.reference.company import Company
from tests.reference.periods import Address, Figure, Figures, period_start, wilson_interval
from tests.reference.tickets import UNKNOWN, Life

GRAINS = ("week", "month", "quarter")
INSTANT = timedelta(microseconds=1)


@dataclass
class Period:
    """The customers of one period, by key."""

    start: date
    is_complete: bool
    active: set[str] = field(default_factory=set)
    new: set[str] = field(default_factory=set)
    tickets: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    before: Period | None = None

    def end(self, grain: str) -> date:
        """Return the first day after the period."""
        return next_start(self.start, grain)


def next_start(start: date, grain: str) -> date:
    return period_start(start + timedelta(days={"week": 7, "month": 31, "quarter": 93}[grain]), grain)


def acts(company: Company, counted: list[Life]) -> Iterator[tuple[str, str, date]]:
    """Yield what customers did: the customer, the activity, the day."""
    for order in company.orders:
        if order.customer_key:
            yield order.customer_key, "order", company.local_day(order.ordered_at)
    for life in counted:
        if life.ticket.customer_key:
            yield life.ticket.customer_key, "ticket", company.local_day(life.ticket.created_at)
    for event in company.usage_events:
        if event.customer_key:
            yield event.customer_key, "usage", company.local_day(event.occurred_at)


def paid_days(company: Company) -> Iterator[tuple[str, date, date]]:
    """Yield the first and last day of each span in which a customer held a paid plan, from signing up until leaving."""
    unpaid = {row["plan"] for row in company.seeds["unpaid_plans"]} | {UNKNOWN}
    for profile in company.profiles:
        versions = company.versions_of(profile.customer_key)
        if not versions:
            continue
        ends = [*(version.valid_from for version in versions[1:]), company.as_of + INSTANT]
        for version, end in zip(versions, ends, strict=True):
            start = max(version.valid_from, profile.signup_at or version.valid_from)
            stop = min(end, profile.churned_at or end, company.as_of + INSTANT)
            if (version.plan or UNKNOWN).lower() not in unpaid and start < stop:
                # Who leaves at midnight had the day before as the last.
                yield (
                    profile.customer_key,
                    company.local_day(start),
                    company.local_day(stop - INSTANT),
                )


def first_day(company: Company, counted: list[Life]) -> date:
    """Return the day of the first fact: nothing is known of the time before."""
    instants = [
        *(ticket.created_at for ticket in company.tickets),
        *(event.occurred_at for event in company.events),
        *(order.ordered_at for order in company.orders),
        *(event.occurred_at for event in company.usage_events),
        *(session.started_at for session in company.sessions),
        *(post.posted_at for post in company.posts),
        *(it.sent_at for it in company.invitations),
        *(it.responded_at for it in company.responses),
        *(it.submitted_at for it in company.feedback),
    ]
    return company.local_day(min(instants))


def periods(company: Company, counted: list[Life], grain: str) -> list[Period]:
    """Return all periods from the first fact to the as-of instant, with who was active in them."""
    today = company.local_day(company.as_of)
    found: dict[date, Period] = {}
    before: Period | None = None
    start = period_start(first_day(company, counted), grain)
    while start <= today:
        is_complete = next_start(start, grain) <= today
        found[start] = before = Period(start, is_complete, before=before)
        start = next_start(start, grain)
    counts = {row["activity"] for row in company.seeds["customer_activities"] if row["counts"] == "true"}
    first_order: dict[str, date] = {}
    for customer, activity, day in acts(company, counted):
        period = found[period_start(day, grain)]
        if activity in counts:
            period.active.add(customer)
        if activity == "ticket":
            period.tickets[customer] += 1
        if activity == "order":
            first_order[customer] = min(day, first_order.get(customer, day))
    for customer, day in first_order.items():
        found[period_start(day, grain)].new.add(customer)
    if "plan" in counts:
        for customer, first, last in paid_days(company):
            start = period_start(max(first, next(iter(found))), grain)
            while start <= last:
                found[start].active.add(customer)
                start = next_start(start, grain)
    return list(found.values())


def last_instant(day_after: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day_after, time(), tzinfo=zone) - INSTANT


def customer_figures(company: Company, counted: list[Life]) -> Figures:
    source_of = {life.ticket.customer_key or "": life.ticket.source for life in counted}
    source_of |= {order.customer_key or "": order.source for order in company.orders}
    source_of |= {profile.customer_key: profile.source for profile in company.profiles}
    found: Figures = {}
    for grain in GRAINS:
        for period in periods(company, counted, grain):
            end = last_instant(period.end(grain), company.zone)
            active_before = period.before.active if period.before else set()
            everybody = period.active | active_before | period.new | period.tickets.keys()
            groups: dict[tuple[str, str], set[str]] = defaultdict(set)
            for key in everybody:
                customer = company.customer(key, end)
                groups["overall", "all"].add(key)
                groups["segment", (customer.segment if customer else None) or UNKNOWN].add(key)
                groups["source", source_of.get(key, UNKNOWN)].add(key)
            for (dimension, value), members in groups.items():
                for kpi, statistic, figure in period_figures(period, active_before, members):
                    if dimension == "overall" or dimension in company.cuts(kpi):
                        found[Address(kpi, statistic, grain, period.start, dimension, value)] = figure
    return found


def period_figures(period: Period, active_before: set[str], members: set[str]) -> Iterator[tuple[str, str, Figure]]:
    active, before = len(period.active & members), len(active_before & members)
    if active:
        yield "active_customers", "count", Figure(active, None, active, active)
        tickets = sum(count for customer, count in period.tickets.items() if customer in members)
        yield "contact_rate", "index", Figure(tickets, active, 100 * tickets / active, active)
    if not before:
        return
    new = len(period.new & members)
    yield "new_customer_rate", "mean", Figure(new, before, new / before, before)
    if period.is_complete:
        kept = len(period.active & active_before & members)
        yield "retention_rate", "rate", Figure(kept, before, kept / before, before, *wilson_interval(kept, before))
        lost = before - kept
        yield "churn_rate", "rate", Figure(lost, before, lost / before, before, *wilson_interval(lost, before))


def customer_activity(company: Company, counted: list[Life]) -> dict[tuple[str, date], dict[str, int]]:
    """Return the exact counts of customers of every period, overall."""
    found = {}
    for grain in GRAINS:
        for period in periods(company, counted, grain):
            before = period.before.active if period.before else set()
            found[grain, period.start] = {
                "active_customers": len(period.active),
                "active_before": len(before),
                "retained_customers": len(period.active & before),
                "new_customers": len(period.new),
            }
    return found


def cohorts(company: Company, counted: list[Life]) -> dict[tuple[date, int], dict[str, int]]:
    """Return of each month's newly active customers how many there were, and are still active months later."""
    months = periods(company, counted, "month")
    seen: set[str] = set()
    found = {}
    for first, month in enumerate(months):
        members = month.active - seen
        seen |= members
        for since, later in enumerate(months[first:]):
            if members:
                found[month.start, since] = {"customers": len(members), "retained": len(members & later.active)}
    return found
