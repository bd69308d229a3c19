"""Service-level targets of a company worked out by hand, with policies, opening hours and holidays of its own.

Offices in Berlin are open on weekdays from 09:00 to 17:00; Good Friday (3 April 2026) and Easter Monday are holidays.
The phone is answered every night from 22:00 to 06:00. Berlin is one hour ahead of UTC in winter and two in summer:
clocks went back on 26 October 2025 and forward on 29 March 2026. The as-of instant is Friday, 10 April 2026, noon.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Any

import duckdb
import pytest

from dagster_project.config import PROJECT_ROOT
from tests.companies import configuration, source

Connection = duckdb.DuckDBPyConnection

SEEDS = {
    "schedules": ["schedule,name,time_zone", "office,Office,Europe/Berlin", "nights,Nights,Europe/Berlin"],
    "schedule_hours": [
        "schedule,iso_day_of_week,opens_at,closes_at",
        *(f"office,{day},09:00,17:00" for day in range(1, 6)),
        *(f"nights,{day},22:00,06:00" for day in range(1, 8)),
    ],
    "schedule_holidays": [
        "schedule,holiday,name",
        "office,2026-04-03,Good Friday",
        "office,2026-04-06,Easter Monday",
    ],
    "schedule_rules": [
        "position,schedule,channel,team,segment,product,priority,category,source",
        "1,nights,phone,,,,,,",
        "2,office,,,,,,,",
    ],
    "sla_policies": [
        "position,policy,priority,channel,segment,product,is_business,pauses_while_pending,"
        "first_response_minutes,next_response_minutes,resolution_minutes",
        "1,vip,,,vip,,false,false,60,30,1440",
        "2,phone,,phone,,,true,true,120,,480",
        "3,urgent,urgent,,,,false,true,60,60,480",
        "4,standard,,,,,true,true,240,120,960",
    ],
}

EVENTS = "event_id,ticket_id,occurred_at,event_type,actor_type,actor_id,from_value,to_value,is_public"
TICKETS = "ticket_id,customer_id,created_at,channel,status,priority,opened_by,is_spam"
event_ids = count(1)


def wrote(ticket: str, who: str, *instants: str) -> list[str]:
    actor = {"agent": "agent,ann", "customer": "customer,c1"}[who]
    return [f"{next(event_ids)},{ticket},{instant}:00Z,message,{actor},,,true" for instant in instants]


def became(ticket: str, status: str, instant: str) -> list[str]:
    return [f"{next(event_ids)},{ticket},{instant}:00Z,status_changed,agent,ann,,{status},"]


def priority(ticket: str, before: str, after: str, instant: str) -> list[str]:
    return [f"{next(event_ids)},{ticket},{instant}:00Z,priority_changed,agent,ann,{before},{after},"]


HELPDESK = {
    "agents": ["agent_id,is_bot", "ann,false"],
    "customers": [
        "customer_id,segment,updated_at",
        "c1,consumer,2025-01-01T00:00:00Z",
        "vip,vip,2025-01-01T00:00:00Z",
        "rising,consumer,2025-01-01T00:00:00Z",
        "rising,vip,2026-04-01T00:00:00Z",
    ],
    "tickets": [
        TICKETS,
        "weekend,c1,2026-03-20T14:00:00Z,email,Solved,normal,customer,",
        "easter,c1,2026-04-02T14:00:00Z,email,Open,normal,customer,",
        "spring_night,c1,2026-03-28T22:00:00Z,phone,Solved,normal,customer,",
        "autumn_night,c1,2025-10-25T21:00:00Z,phone,Solved,normal,customer,",
        "pending,c1,2026-03-23T08:00:00Z,email,Solved,normal,customer,",
        "still_pending,c1,2026-04-09T07:00:00Z,email,Pending,normal,customer,",
        "raised,c1,2026-03-23T11:00:00Z,email,Solved,urgent,customer,",
        "raised_late,c1,2026-03-24T08:00:00Z,email,Solved,urgent,customer,",
        "lowered,c1,2026-03-24T09:00:00Z,email,Solved,normal,customer,",
        "lowered_late,c1,2026-03-24T09:00:00Z,email,Solved,normal,customer,",
        "by_agent,c1,2026-03-25T08:00:00Z,email,Solved,normal,agent,",
        "vip_urgent,vip,2026-03-22T10:00:00Z,email,Solved,urgent,customer,",
        "rising,rising,2026-03-30T08:00:00Z,email,Solved,normal,customer,",
        "reopened,c1,2026-03-16T08:00:00Z,email,Solved,normal,customer,",
        "due_now,vip,2026-04-10T09:00:00Z,email,Open,normal,customer,",
        "spam,vip,2026-04-09T09:00:00Z,email,Open,normal,customer,true",
    ],
    "ticket_events": [
        EVENTS,
        *wrote("weekend", "agent", "2026-03-23T09:59"),
        *became("weekend", "Solved", "2026-03-24T14:30"),
        *wrote("easter", "agent", "2026-04-07T10:00", "2026-04-08T08:31", "2026-04-08T09:10"),
        *wrote("easter", "customer", "2026-04-07T14:30", "2026-04-07T14:45", "2026-04-08T09:00"),
        *wrote("spring_night", "agent", "2026-03-28T23:59"),
        *became("spring_night", "Solved", "2026-03-29T22:30"),
        *wrote("autumn_night", "agent", "2025-10-25T21:30", "2025-10-25T22:10"),
        *wrote("autumn_night", "customer", "2025-10-25T22:00"),
        *became("autumn_night", "Solved", "2025-10-26T04:59"),
        *wrote("pending", "agent", "2026-03-23T08:30", "2026-03-23T13:00"),
        *wrote("pending", "customer", "2026-03-23T12:00"),
        *became("pending", "Pending", "2026-03-23T08:30"),
        *became("pending", "Open", "2026-03-23T12:00"),
        *became("pending", "Solved", "2026-03-25T11:00"),
        *wrote("still_pending", "agent", "2026-04-09T08:00"),
        *became("still_pending", "Pending", "2026-04-09T08:00"),
        *priority("raised", "normal", "urgent", "2026-03-23T11:50"),
        *wrote("raised", "agent", "2026-03-23T12:05"),
        *became("raised", "Solved", "2026-03-23T18:00"),
        *priority("raised_late", "normal", "urgent", "2026-03-24T09:40"),
        *wrote("raised_late", "agent", "2026-03-24T09:45"),
        *became("raised_late", "Solved", "2026-03-24T10:00"),
        *priority("lowered", "urgent", "normal", "2026-03-24T09:30"),
        *wrote("lowered", "agent", "2026-03-24T12:00"),
        *became("lowered", "Solved", "2026-03-24T12:30"),
        *priority("lowered_late", "urgent", "normal", "2026-03-24T10:30"),
        *wrote("lowered_late", "agent", "2026-03-24T11:00"),
        *became("lowered_late", "Solved", "2026-03-24T11:30"),
        *wrote("by_agent", "agent", "2026-03-25T08:00", "2026-03-25T09:20"),
        *wrote("by_agent", "customer", "2026-03-25T09:00"),
        *became("by_agent", "Solved", "2026-03-25T10:00"),
        f"{next(event_ids)},vip_urgent,2026-03-22T11:00:30Z,message,agent,ann,,,true",
        *became("vip_urgent", "Solved", "2026-03-22T12:00"),
        *wrote("rising", "agent", "2026-03-30T09:00", "2026-04-01T08:31"),
        *wrote("rising", "customer", "2026-04-01T08:00"),
        *became("rising", "Solved", "2026-04-01T09:00"),
        *became("reopened", "Solved", "2026-03-16T09:00"),
        *became("reopened", "Open", "2026-03-20T08:00"),
        *became("reopened", "Solved", "2026-03-20T11:00"),
    ],
}


BUILD = "import sys; from pathlib import Path; from tests.companies import built; built(Path(sys.argv[1])).close()"


@pytest.fixture(scope="module")
def promised(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """The warehouse of the company, built by a copy of the project with its seeds in place of ours."""
    folder = tmp_path_factory.mktemp("sla")
    for name in ("dagster_project", "dbt_project", "expectations", "seeds"):
        shutil.copytree(
            PROJECT_ROOT / name, folder / name, ignore=shutil.ignore_patterns("warehouse", "target", "__pycache__")
        )
    shutil.copy(PROJECT_ROOT / "pyproject.toml", folder)
    for name, lines in SEEDS.items():
        (folder / "seeds" / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    config = configuration(
        folder,
        [source(folder, "helpdesk", HELPDESK)],
        reporting_time_zone="Europe/Berlin",
        as_of="2026-04-10T10:00:00Z",
    )
    # -P: else the working directory, which is ours, would come before the copy.
    paths = os.pathsep.join(map(str, (folder, PROJECT_ROOT)))
    command = [sys.executable, "-P", "-c", BUILD, str(config)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": paths})
    with duckdb.connect(str(folder / "warehouse" / "build.duckdb"), read_only=True) as connection:
        yield connection


def at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def target(connection: Connection, ticket: str, kind: str, columns: str, number: int = 1) -> tuple[Any, ...]:
    rows = connection.execute(
        f"select {columns} from core.fct_sla_target where ticket_key = ? and target_kind = ? and target_number = ?",
        [f"helpdesk:{ticket}", kind, number],
    ).fetchall()
    assert len(rows) == 1
    return tuple(rows[0])


# ticket, kind, number, policy, status, due (UTC), breached (UTC), elapsed, remaining
JUDGED = [
    # Friday 15:00 to 17:00 is 120 minutes, Monday 09:00 to 10:59 is 119; 240 are used up on Monday at 11:00.
    ("weekend", "first_response", 1, "standard", "met", "2026-03-23 10:00", None, 239, 1),
    # Friday 120, Monday 480, so 360 are left for Tuesday: due at 15:00, solved at 15:30.
    ("weekend", "resolution", 1, "standard", "breached", "2026-03-24 14:00", "2026-03-24 14:00", 990, -30),
    # Thursday 16:00 to 17:00 is 60; then two holidays and a weekend; due and answered on Tuesday at 12:00.
    ("easter", "first_response", 1, "standard", "met", "2026-04-07 10:00", None, 240, 0),
    # The first of two messages in a row, Tuesday 16:30: 30 then, 90 on Wednesday; answered at 10:31.
    ("easter", "next_response", 1, "standard", "breached", "2026-04-08 08:30", "2026-04-08 08:30", 121, -1),
    # Wednesday 11:00, answered at 11:10.
    ("easter", "next_response", 2, "standard", "met", "2026-04-08 11:00", None, 10, 110),
    # Thursday 60, Tuesday 480, so 420 are left for Wednesday: 16:00. Open: 60 + 3 * 480 + 180 on the last Friday.
    ("easter", "resolution", 1, "standard", "breached", "2026-04-08 14:00", "2026-04-08 14:00", 1680, -720),
    # 23:00 in winter time; 01:00 is two hours later.
    ("spring_night", "first_response", 1, "phone", "met", "2026-03-29 00:00", None, 119, 1),
    # From 23:00 to 06:00 are six hours in that night; two more from 22:00 summer time on; solved at 00:30.
    ("spring_night", "resolution", 1, "phone", "breached", "2026-03-29 22:00", "2026-03-29 22:00", 510, -30),
    # From 23:00 summer time to 06:00 winter time are eight hours, which are allowed; solved at 05:59.
    ("autumn_night", "resolution", 1, "phone", "met", "2025-10-26 05:00", None, 479, 1),
    # Pending from 09:30 to 13:00: Monday 30 + 240, Tuesday 480, so 210 are left for Wednesday; solved at 12:00.
    ("pending", "resolution", 1, "standard", "met", "2026-03-25 11:30", None, 930, 30),
    # The customer wrote as the ticket was opened again.
    ("pending", "next_response", 1, "standard", "met", "2026-03-23 14:00", None, 60, 60),
    # Pending since 10:00 yesterday, one hour after creation.
    ("still_pending", "resolution", 1, "standard", "active", None, None, 60, 900),
    # 50 of 240 minutes were used when 60 became the allowance: due ten minutes later.
    ("raised", "first_response", 1, "standard", "breached", "2026-03-23 12:00", "2026-03-23 12:00", 65, -5),
    # 50 business minutes, then calendar ones: 430 are left at 11:50 UTC. Solved after hours, 370 minutes later.
    ("raised", "resolution", 1, "standard", "met", "2026-03-23 19:00", None, 420, 60),
    # 100 minutes were used when 60 became the allowance: breached there and then; answered five minutes later.
    ("raised_late", "first_response", 1, "standard", "breached", "2026-03-24 09:40", "2026-03-24 09:40", 105, -5),
    # 30 of 60 minutes were used when 240 became the allowance: 210 are left at 10:30.
    ("lowered", "first_response", 1, "urgent", "met", "2026-03-24 13:00", None, 180, 60),
    # Breached at 10:00 UTC; that 240 are allowed from 10:30 on does not undo it; answered at 11:00.
    ("lowered_late", "first_response", 1, "urgent", "breached", "2026-03-24 10:00", "2026-03-24 10:00", 120, -60),
    # From the customer's message at 10:00, not from the agent's at 09:00.
    ("by_agent", "first_response", 1, "standard", "met", "2026-03-25 13:00", None, 20, 220),
    # Urgent, too, but the first policy by position is the VIPs'; on a Sunday; 30 seconds late.
    ("vip_urgent", "first_response", 1, "vip", "breached", "2026-03-22 11:00", "2026-03-22 11:00", 60.5, -0.5),
    # A consumer on Monday, a VIP from Wednesday on: only the target that starts on Wednesday is a VIP's.
    ("rising", "first_response", 1, "standard", "met", "2026-03-30 12:00", None, 60, 180),
    ("rising", "next_response", 1, "vip", "breached", "2026-04-01 08:30", "2026-04-01 08:30", 31, -1),
    # Monday 420, Tuesday 480, so 60 are left for Wednesday: 10:00; solved at 11:00.
    ("rising", "resolution", 1, "standard", "breached", "2026-04-01 08:00", "2026-04-01 08:00", 1020, -60),
    # One hour on Monday, three on Friday; 720 are left at Friday 12:00: 300 then, 420 on Monday.
    ("reopened", "resolution", 1, "standard", "met", "2026-03-23 15:00", None, 240, 720),
    # Solved without an answer is not answered: due on Monday at 13:00. 17 days of 480 and 180 minutes have passed.
    ("reopened", "first_response", 1, "standard", "breached", "2026-03-16 12:00", "2026-03-16 12:00", 8340, -8100),
    # Due at the as-of instant and not answered.
    ("due_now", "first_response", 1, "vip", "breached", "2026-04-10 10:00", "2026-04-10 10:00", 60, 0),
    ("due_now", "resolution", 1, "vip", "active", "2026-04-11 09:00", None, 60, 1380),
]


@pytest.mark.parametrize(
    ("ticket", "kind", "number", "policy", "status", "due_at", "breached_at", "elapsed", "remaining"),
    JUDGED,
    ids=[f"{ticket}-{kind}-{number}" for ticket, kind, number, *_ in JUDGED],
)
def test_a_target_is_judged_to_the_minute(
    promised: Connection,
    ticket: str,
    kind: str,
    number: int,
    policy: str,
    status: str,
    due_at: str | None,
    breached_at: str | None,
    elapsed: float,
    remaining: float,
) -> None:
    columns = "policy, status, due_at, breached_at, elapsed_minutes, remaining_minutes"
    assert target(promised, ticket, kind, columns, number) == (
        *(policy, status, at(due_at), at(breached_at)),
        *(pytest.approx(elapsed), pytest.approx(remaining)),
    )


def test_a_change_of_priority_shows_in_the_row(promised: Connection) -> None:
    columns = "policy, policy_in_force, target_minutes, is_business, retarget_count"
    assert target(promised, "raised", "first_response", columns) == ("standard", "urgent", 60, False, 1)
    assert target(promised, "lowered", "first_response", columns) == ("urgent", "standard", 240, True, 1)
    assert target(promised, "weekend", "first_response", columns) == ("standard", "standard", 240, True, 0)


def test_a_pending_ticket_is_paused_and_has_no_due_instant(promised: Connection) -> None:
    assert target(promised, "still_pending", "resolution", "is_paused, due_at") == (True, None)
    assert target(promised, "due_now", "resolution", "is_paused") == (False,)


def test_there_is_one_row_a_target_and_none_that_no_policy_sets(promised: Connection) -> None:
    found = promised.execute(
        "select target_kind, count(*), count(distinct sla_target_key) from core.fct_sla_target "
        "group by all order by all"
    ).fetchall()
    # 15 tickets that are no spam. Next responses: two of easter, pending and rising; the phone's policy sets none, and
    # the message to which the ticket opened by an agent owed its first response is not counted again.
    assert found == [("first_response", 15, 15), ("next_response", 4, 4), ("resolution", 15, 15)]


def test_attainment_of_a_month_leaves_out_what_still_runs(promised: Connection) -> None:
    found = promised.execute(
        "select target_kind, met, breached, breached_and_unfulfilled, active, attainment_rate, median_elapsed_minutes, "
        "p90_late_minutes from kpi.sla_attainment where period_grain = 'month' and period_start = date '2026-03-01' "
        "and policy = 'all' order by target_kind"
    ).fetchall()
    # First responses after 20, 30, 60, 60.5, 65, 105, 119, 120, 180 and 239 minutes; 0.5, 5, 5 and 60 minutes late:
    # the 90th percentile lies 0.7 of the way from 5 to 60. Resolutions were 30, 30 and 60 minutes late: 0.8 of the way
    # from 30 to 60.
    assert found[0] == ("first_response", 6, 5, 1, 0, pytest.approx(6 / 11), 85, pytest.approx(43.5))
    assert found[1] == ("next_response", 1, 0, 0, 0, 1, 60, None)
    assert found[2][:6] == ("resolution", 8, 3, 0, 0, pytest.approx(8 / 11))
    assert found[2][7] == pytest.approx(54)


@pytest.mark.parametrize(
    ("month", "dimension", "value", "met", "judged"),
    [
        ("2026-03-01", "overall", "all", 15, 23),
        ("2026-03-01", "target_kind", "resolution", 8, 11),
        # By the policy at the start: the two that were lowered.
        ("2026-03-01", "policy", "urgent", 3, 4),
        ("2026-03-01", "channel", "phone", 1, 2),
        # April: easter and still_pending were answered in time, due_now was not; of their resolutions that of easter is
        # breached and two are active, which count for nothing.
        ("2026-04-01", "target_kind", "first_response", 2, 3),
        ("2026-04-01", "target_kind", "resolution", 0, 1),
    ],
)
def test_the_kpi_is_met_by_met_and_breached(
    promised: Connection, month: str, dimension: str, value: str, met: int, judged: int
) -> None:
    found = promised.execute(
        "select numerator, denominator, value from kpi.kpi_value where kpi = 'sla_attainment_rate' and "
        "period_grain = 'month' and period_start = cast(? as date) and dimension = ? and dimension_value = ?",
        [month, dimension, value],
    ).fetchall()
    assert found == [(met, judged, pytest.approx(met / judged))]
