"""The company's rows as staging hands them on: one dataclass an entity, only the columns that figures need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Ticket:
    ticket_key: str
    created_at: datetime
    source: str = "helpdesk"
    ticket_id: str | None = None
    customer_key: str | None = None
    team_key: str | None = None
    assignee_key: str | None = None
    channel: str | None = None
    status: str | None = None
    priority: str | None = None
    category: str | None = None
    product: str | None = None
    opened_by: str | None = "customer"
    merged_into_ticket_key: str | None = None
    is_spam: bool | None = None
    is_deleted: bool | None = None
    queued_at: datetime | None = None
    answered_at: datetime | None = None
    abandoned_at: datetime | None = None
    talk_seconds: float | None = None
    hold_seconds: float | None = None
    wrap_up_seconds: float | None = None
    first_response_at: datetime | None = None
    first_solved_at: datetime | None = None
    solved_at: datetime | None = None
    closed_at: datetime | None = None
    reopen_count: int | None = None
    agent_reply_count: int | None = None


@dataclass(frozen=True)
class Event:
    ticket_key: str
    occurred_at: datetime
    event_type: str
    actor_type: str | None = None
    actor_agent_key: str | None = None
    actor_customer_key: str | None = None
    from_value: str | None = None
    to_value: str | None = None
    is_public: bool | None = None
    ticket_event_key: str = ""
    source: str = "helpdesk"
    source_position: int = 0
    source_mapping: int = 0

    @property
    def order(self) -> tuple[datetime, int, int, str]:
        return self.occurred_at, self.source_position, self.source_mapping, self.ticket_event_key


@dataclass(frozen=True)
class AgentVersion:
    agent_key: str
    team_key: str | None = None
    tier: int | None = None
    is_bot: bool | None = None
    hired_at: datetime | None = None
    left_at: datetime | None = None
    valid_from: datetime = LONG_AGO


@dataclass(frozen=True)
class Profile:
    """A customer as last described."""

    customer_key: str
    source: str = "crm"
    signup_at: datetime | None = None
    churned_at: datetime | None = None


@dataclass(frozen=True)
class CustomerVersion:
    customer_key: str
    segment: str | None = None
    plan: str | None = None
    usage_level: str | None = None
    valid_from: datetime = LONG_AGO


@dataclass(frozen=True)
class Team:
    team_key: str
    name: str | None = None
    tier: int | None = None


@dataclass(frozen=True)
class Invitation:
    survey_invitation_key: str
    survey_id: str
    sent_at: datetime
    source: str = "voice"
    customer_key: str | None = None
    ticket_key: str | None = None
    delivered: bool | None = None


@dataclass(frozen=True)
class Response:
    survey_response_key: str
    survey_id: str
    responded_at: datetime
    question: str
    score: float | None = None
    scale_min: float | None = None
    scale_max: float | None = None
    source: str = "voice"
    invitation_key: str | None = None
    customer_key: str | None = None
    ticket_key: str | None = None
    agent_key: str | None = None
    source_position: int = 0
    source_mapping: int = 0


@dataclass(frozen=True)
class Post:
    social_post_key: str
    platform: str
    posted_at: datetime
    source: str = "voice"
    rating: float | None = None
    in_reply_to_post_key: str | None = None
    is_brand: bool | None = None
    customer_key: str | None = None
    product: str | None = None


@dataclass(frozen=True)
class Text:
    """What was read out of a text; its sentiment by the words alone."""

    text_key: str
    kind: str
    document_key: str
    language: str | None = None
    sentiment: str | None = None
    asks_for_answer: bool = False


@dataclass(frozen=True)
class TextTopic:
    text_key: str
    topic: str


@dataclass(frozen=True)
class Session:
    self_service_session_key: str
    started_at: datetime
    kind: str
    source: str = "portal"
    customer_key: str | None = None
    topic: str | None = None
    ended_at: datetime | None = None
    handed_over_ticket_key: str | None = None


@dataclass(frozen=True)
class Order:
    order_key: str
    customer_key: str | None
    ordered_at: datetime
    source: str = "crm"
    amount: float | None = None
    currency: str | None = None
    product: str | None = None
    status: str | None = None


@dataclass(frozen=True)
class UsageEvent:
    usage_event_key: str
    customer_key: str | None
    occurred_at: datetime
    source: str = "crm"


@dataclass(frozen=True)
class Training:
    training_key: str
    agent_key: str
    course: str
    completed_at: datetime


@dataclass(frozen=True)
class Feedback:
    employee_feedback_key: str
    submitted_at: datetime
    source: str = "hr"
    agent_key: str | None = None
    process_stage: str | None = None
    topic: str | None = None
    score: float | None = None
