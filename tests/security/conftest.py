"""A company with a mark in every personal column, run once for the tests of what becomes of the marks."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from dagster_project.contract import ENTITIES
from tests.companies import careloop, configuration, source

# Numbers and addresses in free text that no rule may miss; with names around them, which only `personal` holds back.
CALL_ME = "Mail jane.canary@example.com or call +49 30 5550 9911, IBAN DE89370400440532013000, www.canary.example/jane"
IDENTIFIERS = ("jane.canary@example.com", "5550 9911", "DE89370400440532013000", "canary.example/jane")


def mark(entity: str, column: str, number: int) -> str:
    return f"mark-of-{entity}-{column}-{number}"


def row(entity: str, number: int, **values: str) -> dict[str, str]:
    """A row of an entity: stated values, and a mark in each personal column."""
    marks = {name: mark(entity, name, number) for name, column in ENTITIES[entity].columns.items() if column.personal}
    return {**marks, **values}


def company() -> dict[str, list[dict[str, str]]]:
    """One or two customers' rows of every entity; the second row of customers and tickets does not fit."""
    first, second = "kunde-7731", "kunde-7732"
    on = "2026-03-01T10:00:00Z"
    return {
        "customers": [
            row("customers", 1, customer_id=first, segment="business", updated_at=on),
            row("customers", 2, customer_id=second, segment="private", updated_at=on),
            row("customers", 3, customer_id=first, segment="business", updated_at="2026-02-01T10:00:00Z"),
            row("customers", 4, customer_id="kunde-7733", segment="private", signup_at="mark-of-a-date"),
        ],
        "agents": [row("agents", 1, agent_id="ann", team_id="north", is_bot="false")],
        "teams": [{"team_id": "north", "name": "North"}],
        "tickets": [
            row("tickets", 1, ticket_id="t1", customer_id=first, created_at=on, channel="email", category="billing"),
            row("tickets", 2, ticket_id="t2", customer_id=second, created_at=on, channel="phone", category="billing"),
            row("tickets", 3, ticket_id="t3", customer_id=first, created_at="mark-of-an-instant", channel="email"),
            row("tickets", 4, ticket_id="t4", customer_id=second, created_at=on, channel="chat", description=CALL_ME),
        ],
        "ticket_events": [
            row("ticket_events", 1, event_id="e1", ticket_id="t1", occurred_at=on, event_type="message",
                actor_type="customer", actor_id=first, is_public="true"),
            row("ticket_events", 2, event_id="e2", ticket_id="t1", occurred_at="2026-03-01T10:30:00Z",
                event_type="message", actor_type="agent", actor_id="ann", is_public="true"),
            row("ticket_events", 3, event_id="e3", ticket_id="t1", occurred_at="2026-03-01T11:00:00Z",
                event_type="status_changed", actor_type="agent", actor_id="ann", from_value="open", to_value="solved"),
            row("ticket_events", 4, event_id="e4", ticket_id="t2", occurred_at="2026-03-01T11:00:00Z",
                event_type="other", actor_type="customer", actor_id=second, from_value=CALL_ME, to_value=CALL_ME),
        ],
        "survey_invitations": [
            {"invitation_id": "i1", "survey_id": "s", "customer_id": first, "ticket_id": "t1", "sent_at": on},
            {"invitation_id": "i2", "survey_id": "s", "customer_id": second, "ticket_id": "t2", "sent_at": on},
        ],
        "survey_responses": [
            row("survey_responses", number, response_id=f"r{number}", survey_id="s", responded_at=on,
                question="overall", score=score, scale_min="1", scale_max="5", invitation_id=f"i{number}")
            for number, score in ((1, "2"), (2, "5"))
        ],
        "social_posts": [
            row("social_posts", 1, post_id="p1", platform="microblog", posted_at=on, customer_id=first),
            row("social_posts", 2, post_id="p2", platform="microblog", posted_at="2026-03-01T12:00:00Z",
                in_reply_to_post_id="p1", is_brand="true"),
            row("social_posts", 3, post_id="p3", platform="microblog", posted_at=on, customer_id=second, text=CALL_ME),
        ],
        "orders": [
            {"order_id": f"o{number}", "customer_id": who, "ordered_at": on, "amount": "10", "currency": "EUR"}
            for number, who in ((1, first), (2, second))
        ],
        "usage_events": [
            {"event_id": f"u{number}", "customer_id": who, "occurred_at": on, "page_or_feature": CALL_ME}
            for number, who in ((1, first), (2, second))
        ],
        "self_service_sessions": [
            {"session_id": f"v{number}", "started_at": on, "kind": "faq", "customer_id": who, "topic": CALL_ME}
            for number, who in ((1, first), (2, second))
        ],
        "articles": [{"article_id": "a1", "title": CALL_ME, "topic": CALL_ME, "published_at": on}],
        "employee_feedback": [
            row("employee_feedback", 1, feedback_id="f1", submitted_at=on, agent_id="ann", topic=CALL_ME),
        ],
        "trainings": [{"training_id": "g1", "agent_id": "ann", "course": CALL_ME, "completed_at": on}],
        "market_benchmarks": [
            {"kpi": "csat_rate", "industry": "retail", "period": "2025", "value": "0.8", "publisher": "x"},
        ],
        "initiatives": [
            {"initiative_id": "n1", "name": CALL_ME, "kpi": "csat_rate", "start_at": on, "milestones": CALL_ME},
        ],
    }  # fmt: skip


class Ran(NamedTuple):
    """The company's configuration, and what its runs and commands wrote to the terminal."""

    config: Path
    printed: str

    @property
    def workspace(self) -> Path:
        return self.config.parent / "warehouse"


def written(entity: str, rows: list[dict[str, str]]) -> list[str]:
    """The rows as lines of CSV: every column of the contract, whether it is filled or not."""
    header = list(ENTITIES[entity].columns)
    return [",".join(header), *(",".join(f'"{values.get(name, "")}"' for name in header) for values in rows)]


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The company's one run."""
    folder = tmp_path_factory.mktemp("canaries")
    desk = source(folder, "desk", {entity: written(entity, rows) for entity, rows in company().items()})
    for entity, files in desk["files"].items():
        files["path"] = str(folder / "desk" / f"{entity}*.csv")
    with (folder / "desk" / "customers.csv").open("a", encoding="utf-8") as file:
        file.write('kunde-7734,"mark-of-a-rejected-line"x,\n')
    # Anything may be quarantined: half of the rows are made to be.
    config = configuration(folder, [desk], max_quarantined_rate=1.0, as_of="2026-03-20T00:00:00Z")
    published = careloop("run", config=config)
    assert published.returncode == 0, published.stderr
    listed = [careloop(*command, config=config) for command in (("status",), ("quarantine", "list"))]
    return Ran(config, "".join(it.stdout + it.stderr for it in (published, *listed)))
