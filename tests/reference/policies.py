"""Which service-level policy promises what: matched as things were then, and again at each change of priority."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tests.reference.company import Company, SeedRow
from tests.reference.tickets import UNKNOWN, Life

CONDITIONS = ("priority", "channel", "segment", "product")
KINDS = ("first_response", "next_response", "resolution")


@dataclass(frozen=True)
class Policy:
    """A row of seeds/sla_policies.csv; None where it promises nothing of a kind."""

    name: str
    conditions: Mapping[str, str]
    is_business: bool
    pauses_while_pending: bool
    minutes: Mapping[str, float | None]

    @classmethod
    def of(cls, row: SeedRow) -> Policy:
        return cls(
            name=row["policy"],
            conditions={name: row[name].lower() for name in CONDITIONS if row[name]},
            is_business=row["is_business"] == "true",
            pauses_while_pending=row["pauses_while_pending"] == "true",
            minutes={kind: float(row[f"{kind}_minutes"]) if row[f"{kind}_minutes"] else None for kind in KINDS},
        )


@dataclass(frozen=True)
class Promise:
    """What starts a target, and what fulfils it: an instant, or nothing yet."""

    kind: str
    number: int
    started_at: datetime
    fulfilled_at: datetime | None


def priorities(life: Life) -> list[tuple[datetime, str]]:
    """Return from when on the ticket had which priority."""
    changes = [it for it in life.events if it.event_type == "priority_changed"]
    if not changes:
        return [(life.ticket.created_at, life.dimensions["priority"])]
    first = changes[0].from_value or UNKNOWN
    return [(life.ticket.created_at, first), *((it.occurred_at, it.to_value or UNKNOWN) for it in changes)]


def policies_in_force(company: Company, life: Life, promise: Promise, end: datetime) -> list[tuple[datetime, Policy]]:
    """Return the policy that matches at the start, and those that changes of priority bring; none without a target."""
    policies = [Policy.of(row) for row in sorted(company.seeds["sla_policies"], key=lambda row: int(row["position"]))]
    customer = company.customer(life.ticket.customer_key, promise.started_at)
    attributes = {**life.dimensions, "segment": (customer.segment if customer else None) or UNKNOWN}

    def matching(priority: str) -> Policy | None:
        described = {**attributes, "priority": priority}
        for policy in policies:
            if all(described[name].lower() == value for name, value in policy.conditions.items()):
                return policy
        return None

    known = priorities(life)
    at_start = [priority for since, priority in known if since <= promise.started_at] or [known[0][1]]
    first = matching(at_start[-1])
    if first is None or first.minutes[promise.kind] is None:
        return []
    found = [(promise.started_at, first)]
    for since, priority in known:
        policy = matching(priority)
        promises_it = policy is not None and policy.minutes[promise.kind] is not None
        if policy and promises_it and promise.started_at < since < end and policy != found[-1][1]:
            found.append((since, policy))
    return found
