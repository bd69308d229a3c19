"""Negative answers, and whether a human agent wrote to the customer afterwards, in time."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from tests.reference.company import Company
from tests.reference.entities import Response
from tests.reference.periods import Case, Figures, figures
from tests.reference.surveys import (
    LivesByKey,
    about_ticket,
    answer_dimensions,
    counted_answers,
    nps_contribution,
    person,
    top_and_bottom,
)


def is_negative(company: Company, answer: Response) -> bool:
    rule = top_and_bottom(company, answer)
    if answer.question == "overall":
        return rule is not None and answer.score is not None and answer.score <= rule[1]
    return nps_contribution(answer) == -1


def contacts(lives: LivesByKey) -> dict[str, list[datetime]]:
    """Return when human agents wrote in public, by counted ticket and by known customer."""
    found: dict[str, list[datetime]] = defaultdict(list)
    for life in lives.values():
        if not life.is_counted:
            continue
        wrote = [it.at for it in life.messages if it.speaker == "human"]
        if not life.messages and life.ticket.first_response_at:
            wrote = [life.ticket.first_response_at]
        found[f"ticket {life.ticket.ticket_key}"] += wrote
        if life.ticket.customer_key:
            found[f"customer {life.ticket.customer_key}"] += wrote
    return found


def closed_loop_figures(company: Company, lives: LivesByKey) -> Figures:
    window = company.window("close_the_loop_rate")
    wrote = contacts(lives)
    cases = []
    for answer in counted_answers(company):
        if not is_negative(company, answer) or company.as_of - answer.responded_at < window:
            continue
        reached = wrote.get(f"ticket {about_ticket(company, answer)}", [])
        reached = reached + wrote.get(f"customer {person(company, answer)}", [])
        is_closed = any(timedelta() < at - answer.responded_at <= window for at in reached)
        cases.append(Case(company.local_day(answer.responded_at), answer_dimensions(company, lives, answer), is_closed))
    return figures(company, "close_the_loop_rate", cases, "rate")
