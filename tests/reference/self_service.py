"""Customers who helped themselves, or tried to: sessions, deflected contacts, and what bots could finish."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from tests.reference.company import Company
from tests.reference.entities import Session
from tests.reference.periods import Case, Figures, figures, quotient_figures
from tests.reference.ticket_kpis import created_case
from tests.reference.tickets import UNKNOWN, Life


def session_case(company: Company, session: Session, value: float = 1.0) -> Case:
    customer = company.customer(session.customer_key, session.started_at)
    dimensions = {
        "kind": session.kind,
        "topic": session.topic or UNKNOWN,
        "segment": (customer.segment if customer else None) or UNKNOWN,
        "source": session.source,
    }
    return Case(company.local_day(session.started_at), dimensions, value)


def contacts_of(counted: list[Life]) -> dict[str, list[datetime]]:
    """Return when each known customer created tickets."""
    found: dict[str, list[datetime]] = defaultdict(list)
    for life in counted:
        if life.ticket.customer_key is not None:
            found[life.ticket.customer_key].append(life.ticket.created_at)
    return found


def self_service_figures(company: Company, counted: list[Life]) -> Figures:
    contacts = contacts_of(counted)

    def is_followed(session: Session, window: timedelta) -> bool:
        """Say whether the session's customer created a ticket after it began and within the window."""
        asked = contacts.get(session.customer_key or "", [])
        return any(timedelta() < at - session.started_at <= window for at in asked)

    deflection, containment, handover = [], [], []
    for session in company.sessions:
        age = company.as_of - session.started_at
        if session.kind != "bot":
            window = company.window("deflection_rate")
            if session.customer_key is not None and age >= window:
                deflection.append(session_case(company, session, not is_followed(session, window)))
            continue
        is_handed_over = session.handed_over_ticket_key is not None
        handover.append(session_case(company, session, is_handed_over))
        window = company.window("bot_containment_rate")
        if age >= window:
            is_contained = not is_handed_over and not is_followed(session, window)
            containment.append(session_case(company, session, is_contained))
    sessions = [session_case(company, session) for session in company.sessions]
    tickets = [created_case(life) for life in counted]
    return {
        **figures(company, "deflection_rate", deflection, "rate"),
        **figures(company, "bot_containment_rate", containment, "rate"),
        **figures(company, "bot_handover_rate", handover, "rate"),
        **quotient_figures(company, "self_service_score", sessions, tickets),
    }
