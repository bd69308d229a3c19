"""More of the reference on tiny companies: promises, backlog, surveys, self-service, customers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.reference.backlog import DayEnd
from tests.reference.entities import Invitation, Order, Profile, Response, Session, Ticket
from tests.reference.periods import Address
from tests.reference.sla import Target
from tests.reference.small import at, events, figure, reference

MONDAY = at("2026-03-02 09:00")


def first_promise(as_of: str, *lines: str, priority: str = "normal", channel: str = "email") -> Target:
    rows = [Ticket("t", MONDAY, priority=priority, channel=channel)]
    company = reference(as_of, tickets=rows, events=events("t", *lines))
    return company.sla_targets["t", "first_response", 1]


@pytest.mark.parametrize(
    ("answer", "status", "remaining"),
    [
        # 'standard': 480 business minutes, from Monday 10:00 in Berlin to 18:00, which is 17:00 UTC.
        ("2026-03-02 17:00", "met", 0),
        ("2026-03-02 17:00:01", "breached", -1 / 60),
        ("2026-03-02 16:00", "met", 60),
    ],
)
def test_a_promise_is_kept_until_its_due_instant(answer: str, status: str, remaining: float) -> None:
    target = first_promise("2026-04-01", f"{answer} | agent | ann | message")
    assert (target.policy, target.status) == ("standard", status)
    assert target.remaining_minutes == pytest.approx(remaining)


def test_a_running_promise_is_active_until_it_is_due_and_breached_from_then_on() -> None:
    assert first_promise("2026-03-02 16:59:59").status == "active"
    assert first_promise("2026-03-02 17:00").status == "breached"


def test_a_promise_pauses_while_the_ticket_is_pending() -> None:
    # An hour of pause moves the due instant from 17:00 to 18:00.
    pause = ("2026-03-02 10:00 | agent | ann | status_changed | New | Pending",)
    goes_on = ("2026-03-02 11:00 | customer | c | status_changed | Pending | Open",)
    target = first_promise("2026-04-01", *pause, *goes_on, "2026-03-02 17:30 | agent | ann | message")
    assert (target.status, target.elapsed_minutes) == ("met", 450)


def test_a_change_of_priority_brings_another_policy_from_that_instant_on() -> None:
    # 'urgent' allows 60 calendar minutes: two hours have gone by when it comes into force, so it is broken then.
    target = first_promise(
        "2026-04-01",
        "2026-03-02 11:00 | agent | ann | priority_changed | normal | urgent",
        "2026-03-02 11:30 | agent | ann | message",
        priority="urgent",
    )
    assert (target.policy, target.policy_in_force, target.retarget_count) == ("standard", "urgent", 1)
    assert (target.status, target.breached_at) == ("breached", at("2026-03-02 11:00"))
    assert (target.elapsed_minutes, target.remaining_minutes) == (150, -30)


def test_the_backlog_counts_what_is_unsolved_at_midnight_of_the_reporting_zone_by_age() -> None:
    # 22:30 UTC on 31 March is 1 April in Berlin. Solved on the stroke of midnight, as the first solve of 3 April.
    tickets = [Ticket("t", at("2026-03-31 22:30"), status="Solved")]
    talk = events("t", "2026-04-02 22:00 | agent | ann | status_changed | New | Solved")
    daily = reference("2026-04-04", "Europe/Berlin", tickets=tickets, events=talk).backlog_daily
    counts = {day.day: row.backlog for (day, dimension, _), row in daily.items() if dimension == "overall"}
    assert counts == {1: 1, 2: 1, 3: 0, 4: 0}
    # A day's end 23.5 hours after creation is under a day; the 30th midnight and a half lies beyond 30 days.
    open_ticket = [Ticket("t", at("2026-01-01 00:30"), status="New")]
    daily = reference("2026-02-05", tickets=open_ticket, events=events("t")).backlog_daily

    def band(day: date) -> str:
        row: DayEnd = daily[day, "overall", "all"]
        return next(name for name, count in row.by_band.items() if count)

    days = [date(2026, 1, 1) + timedelta(days=n) for n in (0, 1, 2, 3, 6, 7, 29, 30)]
    bands = [band(day).removeprefix("backlog_").removesuffix("_days").removesuffix("_day") for day in days]
    assert bands == ["under_1", "1_to_3", "1_to_3", "3_to_7", "3_to_7", "7_to_30", "7_to_30", "over_30"]


def answer(key: str, when: str, question: str, score: float | None, invitation: str | None = None) -> Response:
    low, high = {"overall": (1, 5), "recommend": (0, 10), "effort": (1, 5)}[question]
    return Response(key, "s", at(when), question, score, low, high, invitation_key=invitation, customer_key="c")


def test_the_last_answer_to_an_invitation_counts_and_a_blank_one_is_none() -> None:
    invitations = [Invitation(key, "s", MONDAY, customer_key="c") for key in ("i", "j", "k")]
    invitations.append(Invitation("bounced", "s", MONDAY, delivered=False))
    responses = [
        answer("1", "2026-03-03", "overall", 1, "i"),
        answer("2", "2026-03-04", "overall", 4, "i"),
        answer("3", "2026-03-05", "overall", None, "i"),
        answer("4", "2026-03-05", "overall", None, "j"),
        answer("5", "2026-03-05", "overall", 3),
        answer("6", "2026-03-05", "effort", 4),
    ]
    company = reference("2026-04-01", invitations=invitations, responses=responses)
    csat, invited = (
        figure(company, "csat_rate", "rate", "2026-03"),
        figure(company, "survey_response_rate", "rate", "2026-03"),
    )
    assert csat is not None
    assert (csat.numerator, csat.denominator) == (1, 2)
    assert invited is not None
    assert (invited.numerator, invited.denominator) == (1, 3)
    # 4 of 1 to 5 is three quarters of the way, which on 1 to 7 is 5.5.
    effort = figure(company, "ces_mean", "mean", "2026-03")
    assert effort is not None
    assert effort.value == 5.5


def test_a_negative_answer_is_closed_by_a_public_human_message_within_48_hours() -> None:
    tickets = [Ticket("t", MONDAY, customer_key="c")]
    talk = events("t", "2026-03-05 09:00 | agent | ann | message", "2026-03-20 09:00 | agent | robo | message")
    responses = [
        answer("in time", "2026-03-03 09:00", "overall", 2),
        answer("too late", "2026-03-03 08:59:59", "recommend", 6),
        answer("only a bot", "2026-03-19 09:00", "overall", 1),
        answer("not negative", "2026-03-04 09:00", "recommend", 7),
        answer("not settled", "2026-03-30 00:00:01", "overall", 1),
    ]
    company = reference("2026-04-01", tickets=tickets, events=talk, responses=responses)
    it = figure(company, "close_the_loop_rate", "rate", "2026-03")
    assert it is not None
    assert (it.numerator, it.denominator) == (1, 3)


def test_a_session_deflects_where_no_ticket_follows_within_a_day() -> None:
    def session(key: str, when: str, kind: str, customer: str | None, ticket: str | None = None) -> Session:
        return Session(key, at(when), kind, customer_key=customer, handed_over_ticket_key=ticket)

    sessions = [
        session("just within", "2026-03-01 09:00", "faq", "c"),
        session("just too old", "2026-03-01 08:59:59", "faq", "c"),
        session("nobody's", "2026-03-01 09:00", "faq", None),
        session("contained", "2026-03-01 09:00", "bot", None),
        session("ticket", "2026-03-01 10:00", "bot", "c"),
        session("handed over", "2026-03-01 10:00", "bot", None, "t"),
    ]
    company = reference("2026-04-01", tickets=[Ticket("t", MONDAY, customer_key="c")], sessions=sessions)
    rates = ("deflection_rate", "bot_containment_rate", "bot_handover_rate")
    found = [figure(company, kpi, "rate", "2026-03") for kpi in rates]
    assert [(it.numerator, it.denominator) for it in found if it] == [(1, 2), (1, 3), (1, 3)]
    score = figure(company, "self_service_score", "mean", "2026-03")
    assert score is not None
    assert score.value == 6


def test_customers_stay_leave_and_come() -> None:
    # January: a and b order. February: a and c. March still runs at the as-of instant.
    def order(customer: str, when: str) -> Order:
        return Order(f"{customer} {when}", customer, at(when))

    orders = [order("a", "2026-01-05"), order("b", "2026-01-06"), order("a", "2026-02-05"), order("c", "2026-02-06")]
    profiles = [Profile(key) for key in "abc"]
    tickets = [Ticket("t", at("2026-02-10"), customer_key="a"), Ticket("u", at("2026-02-11"), customer_key="a")]
    company = reference("2026-03-10", orders=orders, profiles=profiles, tickets=tickets)

    def february(kpi: str, statistic: str) -> tuple[float | None, float | None]:
        it = company.figures[Address(kpi, statistic, "month", date(2026, 2, 1), "overall", "all")]
        return it.value, it.denominator

    assert february("active_customers", "count") == (2, None)
    assert february("retention_rate", "rate") == (0.5, 2)
    assert february("churn_rate", "rate") == (0.5, 2)
    assert february("new_customer_rate", "mean") == (0.5, 2)
    assert february("contact_rate", "index") == (100, 2)
    assert figure(company, "retention_rate", "rate", "2026-03") is None
