"""Rates of response and resolution: who is in the denominator, who in the numerator, whose window has elapsed."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from datetime import datetime, timedelta

from tests.reference.company import Company
from tests.reference.periods import Case, Figures, figures
from tests.reference.ticket_kpis import created_case, solved_case
from tests.reference.tickets import Life


def is_settled(company: Company, anchor: datetime, window: timedelta) -> bool:
    return company.as_of - anchor >= window


class Contacts:
    """The counted tickets of each known customer and category, in order of creation."""

    def __init__(self, counted: list[Life]) -> None:
        self._created: dict[tuple[str, str], list[tuple[datetime, str]]] = defaultdict(list)
        for life in counted:
            if life.ticket.customer_key is not None:
                self._created[self._topic(life)].append((life.ticket.created_at, life.ticket.ticket_key))
        for created in self._created.values():
            created.sort()

    @staticmethod
    def _topic(life: Life) -> tuple[str, str]:
        return life.ticket.customer_key or "", life.dimensions["category"]

    def _between(self, life: Life, after: tuple[datetime, str], until: datetime) -> bool:
        created = self._created.get(self._topic(life), [])
        place = bisect_left(created, after)
        rest = [it for it in created[place : place + 2] if it != after and it[1] != life.ticket.ticket_key]
        return bool(rest) and rest[0][0] <= until

    def is_followed(self, life: Life, window: timedelta) -> bool:
        """Say whether the customer came again after this ticket's creation; of two at once the first by key did."""
        created_at = life.ticket.created_at
        return self._between(life, (created_at, life.ticket.ticket_key), created_at + window)

    def is_asked_again(self, life: Life, solved_at: datetime, window: timedelta) -> bool:
        """Say whether the customer opened another ticket after this one was solved."""
        just_after = solved_at + timedelta(microseconds=1)
        return self._between(life, (just_after, ""), solved_at + window)


def is_first_contact_resolution(life: Life, contacts: Contacts, window: timedelta) -> bool:
    assert life.first_solved_at is not None
    return (
        (life.agent_message_count or 0) <= 1
        and not life.is_transferred
        and not life.is_escalated
        and not life.is_reopened_within(window)
        and not contacts.is_asked_again(life, life.first_solved_at, window)
    )


def solved_rates(company: Company, counted: list[Life]) -> Figures:
    """Compute the rates of solved tickets, by the day of their first solve."""
    contacts = Contacts(counted)
    reopen, first_contact = company.window("reopen_rate"), company.window("first_contact_resolution_rate")
    cases: dict[str, list[Case]] = {"reopen_rate": [], "first_contact_resolution_rate": [], "one_touch_rate": []}
    for life in counted:
        solved_at = life.first_solved_at
        if solved_at is None:
            continue
        if is_settled(company, solved_at, reopen):
            cases["reopen_rate"].append(solved_case(life, life.is_reopened_within(reopen)))
        if is_settled(company, solved_at, first_contact):
            is_resolved = is_first_contact_resolution(life, contacts, first_contact)
            cases["first_contact_resolution_rate"].append(solved_case(life, is_resolved))
        if life.agent_message_count:
            cases["one_touch_rate"].append(solved_case(life, life.agent_message_count == 1))
    return all_rates(company, cases)


def created_rates(company: Company, counted: list[Life]) -> Figures:
    """Compute the rates of created tickets, by the day of their creation."""
    contacts = Contacts(counted)
    repeat = company.window("repeat_contact_rate")
    settled = [life for life in counted if is_settled(company, life.ticket.created_at, repeat)]
    assigned = [life for life in counted if life.first_assigned_at is not None]
    return all_rates(
        company,
        {
            "repeat_contact_rate": [created_case(life, contacts.is_followed(life, repeat)) for life in settled],
            "transfer_rate": [created_case(life, life.is_transferred) for life in assigned],
            "escalation_rate": [created_case(life, life.is_escalated) for life in counted],
            "resolution_rate": [created_case(life, life.is_solved) for life in counted],
        },
    )


def live_rates(company: Company, counted: list[Life]) -> Figures:
    """Compute the rates of live contacts offered; who hangs up at once was not offered any service."""
    short, threshold = company.threshold("abandonment_rate"), company.threshold("service_level")
    abandonment, service_level = [], []
    for life in counted:
        queued_at, answered_at, abandoned_at = life.ticket.queued_at, life.ticket.answered_at, life.ticket.abandoned_at
        if queued_at is None:
            continue
        is_abandoned = abandoned_at is not None and answered_at is None
        if abandoned_at is not None and is_abandoned and abandoned_at - queued_at <= short:
            continue
        abandonment.append(created_case(life, is_abandoned))
        service_level.append(created_case(life, answered_at is not None and answered_at - queued_at <= threshold))
    return all_rates(company, {"abandonment_rate": abandonment, "service_level": service_level})


def all_rates(company: Company, cases: dict[str, list[Case]]) -> Figures:
    found: Figures = {}
    for kpi, its_cases in cases.items():
        found |= figures(company, kpi, its_cases, "rate")
    return found


def rate_figures(company: Company, counted: list[Life]) -> Figures:
    return solved_rates(company, counted) | created_rates(company, counted) | live_rates(company, counted)
