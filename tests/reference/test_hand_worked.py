"""The reference itself, on companies small enough for a pencil; every expected number is worked out beside it."""

from __future__ import annotations

import pytest

from tests.reference.entities import Event, Ticket
from tests.reference.small import at, events, figure, reference
from tests.reference.ticket_kpis import DURATIONS, open_assigned_minutes

MONDAY = at("2026-03-02 09:00")

# Asked twice in a row at 9:00 and 9:10, a bot at 9:01, a note, then ann at 9:30; asked again at 10:00, bob at 10:20;
# waiting for the customer from 9:30 to 10:00, on hold from 10:20 to 10:50, solved at 11:00, closed a day later.
TALK = (
    "2026-03-02 09:00 | customer | c | created",
    "2026-03-02 09:00 | customer | c | message",
    "2026-03-02 09:01 | bot | robo | message",
    "2026-03-02 09:02 | agent | robo | message",
    "2026-03-02 09:05 | system | - | team_changed | - | front",
    "2026-03-02 09:05 | system | - | assigned | - | ann",
    "2026-03-02 09:05 | agent | ann | status_changed | New | Open",
    "2026-03-02 09:10 | customer | c | message",
    "2026-03-02 09:20 | agent | ann | note",
    "2026-03-02 09:30 | agent | ann | message",
    "2026-03-02 09:30 | agent | ann | status_changed | Open | Pending",
    "2026-03-02 10:00 | customer | c | message",
    "2026-03-02 10:00 | customer | c | status_changed | Pending | Open",
    "2026-03-02 10:20 | agent | bob | message",
    "2026-03-02 10:20 | agent | bob | status_changed | Open | On-hold",
    "2026-03-02 10:50 | agent | bob | status_changed | On-hold | Open",
    "2026-03-02 11:00 | agent | bob | status_changed | Open | Solved",
    "2026-03-03 11:00 | system | - | status_changed | Solved | Closed",
)


@pytest.mark.parametrize(
    ("kpi", "minutes"),
    [
        ("first_response", 30),
        ("bot_first_response", 1),
        ("next_response", 25),  # 30 from 9:00 and 20 from 10:00
        ("first_resolution", 120),
        ("full_resolution", 120),
        ("agent_wait", 30),
        ("on_hold", 30),
        ("requester_wait", 90),  # all 120 but the half hour that waited for the customer
    ],
)
def test_durations_of_a_talk(kpi: str, minutes: float) -> None:
    company = reference(
        "2026-04-01", tickets=[Ticket("t", MONDAY, status="Closed", customer_key="c")], events=events("t", *TALK)
    )
    both = DURATIONS[kpi](company.lives["t"])
    assert both is not None
    assert both.calendar == pytest.approx(minutes)
    # 9:00 UTC is 10:00 in Berlin in winter: all of it lies inside Monday's 8:00 to 20:00.
    assert both.business == pytest.approx(minutes)


def test_stages_and_working_time_of_a_talk() -> None:
    company = reference("2026-04-01", tickets=[Ticket("t", MONDAY, status="Closed")], events=events("t", *TALK))
    life = company.lives["t"]
    stages = {stage.name: life.both((stage.started_at, stage.ended_at or at("2026-04-01"))) for stage in life.stages}
    assert {name: both.calendar for name, both in stages.items()} == {
        "contact and triage": 5,
        "response": 25,
        "resolution": 90,
        "follow-up": 1440,
    }
    # Tuesday 8:00 to 12:00 in Berlin, after Monday 12:00 to 20:00.
    assert stages["follow-up"].business == 12 * 60
    # Open and ann's from 9:05 to 9:30, 10:00 to 10:20, 10:50 to 11:00.
    assert open_assigned_minutes(life) == 55


def test_a_second_is_a_sixtieth_of_a_minute() -> None:
    talk = events("t", "2026-03-02 09:00:01 | agent | ann | message")
    company = reference("2026-04-01", tickets=[Ticket("t", MONDAY)], events=talk)
    it = figure(company, "first_response_minutes", "mean", "2026-03")
    assert it is not None
    assert it.value == pytest.approx(1 / 60)


def test_a_ticket_opened_by_an_agent_waits_from_the_customers_first_message() -> None:
    opened = Ticket("answered", MONDAY, opened_by="agent"), Ticket("silent", MONDAY, opened_by="agent")
    talk = events(
        "answered",
        "2026-03-02 09:00 | agent | ann | message",
        "2026-03-02 10:00 | customer | c | message",
        "2026-03-02 10:07 | agent | ann | message",
    ) + events("silent", "2026-03-02 09:00 | agent | ann | message")
    company = reference("2026-04-01", tickets=opened, events=talk)
    it = figure(company, "first_response_minutes", "median", "2026-03")
    assert it is not None
    assert (it.value, it.sample_size) == (7, 1)
    # Nobody asked anything in the other one: nothing is due.
    assert figure(company, "unanswered_tickets", "count", "2026-03") is None


def test_spam_deleted_and_merged_tickets_are_counted_apart_by_the_first_reason() -> None:
    tickets = [
        Ticket("counted", MONDAY),
        Ticket("both", MONDAY, is_spam=True, is_deleted=True),
        Ticket("merged", MONDAY, merged_into_ticket_key="counted"),
    ]
    company = reference("2026-04-01", tickets=tickets)
    created = figure(company, "tickets_created", "count", "2026-03")
    assert created is not None
    assert created.value == 1
    reasons = [
        figure(company, "left_out_tickets", "count", "2026-03", "left_out_reason", reason)
        for reason in ("spam", "deleted", "merged")
    ]
    assert [it and it.value for it in reasons] == [1, None, 1]


def solved(key: str, *more: str) -> list[Event]:
    """Return the events of a ticket that ann answers at 10:00 and solves at 11:00 on Monday, and others in order."""
    lines = (
        "2026-03-02 09:00 | system | - | team_changed | - | front",
        "2026-03-02 09:30 | system | - | assigned | - | ann",
        "2026-03-02 10:00 | agent | ann | message",
        "2026-03-02 11:00 | agent | ann | status_changed | New | Solved",
    )
    return events(key, *sorted((*lines, *more)))


FIRST_CONTACT = {
    "clean": (),
    "two answers": ("2026-03-02 10:30 | agent | ann | message",),
    "transferred": ("2026-03-02 10:30 | agent | ann | team_changed | front | back",),
    "moved to the same team": ("2026-03-02 10:30 | agent | ann | team_changed | front | front",),
    "escalated": ("2026-03-02 10:30 | agent | ann | escalated",),
    "reopened on the last instant": ("2026-03-09 11:00 | customer | c | status_changed | Solved | Open",),
    "reopened a second later": ("2026-03-09 11:00:01 | customer | c | status_changed | Solved | Open",),
}


@pytest.mark.parametrize(
    ("case", "numerator"),
    [(case, case in ("clean", "moved to the same team", "reopened a second later")) for case in FIRST_CONTACT],
)
def test_first_contact_resolution(case: str, numerator: bool) -> None:
    tickets = [Ticket("t", MONDAY, status="Solved", customer_key="c", category="billing")]
    company = reference("2026-04-01", tickets=tickets, events=solved("t", *FIRST_CONTACT[case]))
    it = figure(company, "first_contact_resolution_rate", "rate", "2026-03")
    assert it is not None
    assert (it.numerator, it.denominator) == (numerator, 1)


@pytest.mark.parametrize(
    ("as_of", "again", "category", "first_contact", "repeat"),
    [
        # Solved 2 March 11:00, so settled from 9 March 11:00 on; created 9:00, so repeats settle two hours sooner.
        ("2026-03-09 10:59:59", None, "billing", None, 0),
        ("2026-03-09 11:00", None, "billing", 1, 0),
        ("2026-04-01", "2026-03-09 11:00", "billing", 0, 0),
        ("2026-04-01", "2026-03-09 09:00", "billing", 0, 1),
        ("2026-04-01", "2026-03-02 10:30", "billing", 1, 1),
        ("2026-04-01", "2026-03-05 10:30", "returns", 1, 0),
    ],
)
def test_the_same_customer_asks_again(
    as_of: str, again: str | None, category: str, first_contact: int | None, repeat: int
) -> None:
    tickets = [Ticket("t", MONDAY, status="Solved", customer_key="c", category="billing", channel="web")]
    if again:
        tickets.append(Ticket("u", at(again), customer_key="c", category=category, channel="chat"))
    company = reference(as_of, tickets=tickets, events=solved("t"))
    resolved = figure(company, "first_contact_resolution_rate", "rate", "2026-03", "channel", "web")
    followed = figure(company, "repeat_contact_rate", "rate", "2026-03", "channel", "web")
    assert (resolved and resolved.numerator) == first_contact
    assert followed is not None
    assert followed.numerator == repeat
