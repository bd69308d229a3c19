"""Who said what in public, and how long a customer waited for it: first response, bot response, next responses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.reference.company import Company
from tests.reference.entities import Event, Ticket


@dataclass(frozen=True)
class Message:
    """A public message, and who spoke: 'human', 'bot', 'customer' or somebody else."""

    at: datetime
    speaker: str
    agent_key: str | None


def actor(company: Company, event: Event) -> str:
    """Return who acted: 'human' or 'bot' for agents as they were then, else customer, system or unknown."""
    version = company.agent(event.actor_agent_key, event.occurred_at)
    kind = event.actor_type
    if kind is None:
        employed = version is not None and (
            (version.hired_at is None or version.hired_at <= event.occurred_at)
            and (version.left_at is None or event.occurred_at < version.left_at)
        )
        if employed:
            kind = "agent"
        else:
            kind = "customer" if company.customer(event.actor_customer_key, event.occurred_at) else "unknown"
    if kind == "agent":
        return "bot" if version is not None and version.is_bot else "human"
    return kind


def public_messages(company: Company, events: Sequence[Event]) -> list[Message]:
    """Return a ticket's public messages in the order of its events."""
    return [
        Message(event.occurred_at, actor(company, event), event.actor_agent_key)
        for event in events
        if event.event_type == "message" and event.is_public is not False
    ]


@dataclass(frozen=True)
class Answer:
    """From when the customer waited for an answer, and the answer; either may be missing."""

    due_from: datetime | None
    at: datetime | None = None
    agent_key: str | None = None

    @property
    def is_missing(self) -> bool:
        return self.due_from is not None and self.at is None


def first_response(ticket: Ticket, messages: Sequence[Message]) -> Answer:
    """Find the first public message of a human agent, by the snapshot where no public message is known."""
    if not messages:
        return Answer(ticket.created_at, ticket.first_response_at)
    due_from: datetime | None = ticket.created_at
    if ticket.opened_by == "agent":
        asked = [it.at for it in messages if it.speaker == "customer" and it.at > ticket.created_at]
        due_from = asked[0] if asked else None
    if due_from is None:
        return Answer(None)
    for message in messages:
        if message.speaker == "human" and message.at >= due_from:
            return Answer(due_from, message.at, message.agent_key)
    return Answer(due_from)


def first_bot_message(messages: Sequence[Message]) -> datetime | None:
    return next((it.at for it in messages if it.speaker == "bot"), None)


def answered_runs(messages: Sequence[Message]) -> list[tuple[datetime, datetime]]:
    """Return, for each run of customer messages that a human answered, its first message and the answer."""
    runs: list[tuple[datetime, datetime]] = []
    asked_at: datetime | None = None
    for message in messages:
        if message.speaker == "customer" and asked_at is None:
            asked_at = message.at
        elif message.speaker == "human" and asked_at is not None:
            runs.append((asked_at, message.at))
            asked_at = None
    return runs
