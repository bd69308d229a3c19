"""A company small enough to work out by hand, run once through the whole job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.companies import careloop, configuration, source

TICKETS = (
    "ticket_id,customer_id,created_at,channel,status,priority,team_id,assignee_id,opened_by,is_spam,"
    "merged_into_ticket_id"
)
EVENTS = "event_id,ticket_id,occurred_at,event_type,actor_type,actor_id,to_value,is_public"

HELPDESK = {
    "agents": ["agent_id,team_id,is_bot", "ann,north,false", "robo,north,true"],
    "teams": ["team_id,name", "north,North"],
    "customers": ["customer_id,segment", "c1,business", "c2,private"],
    "tickets": [
        TICKETS,
        "answered_and_reopened,c1,2026-03-02T09:00:00Z,phone,Solved,high,north,ann,customer,,",
        "answered_by_bot_first,c2,2026-03-03T09:00:00Z,email,Solved,low,north,ann,customer,,",
        "opened_by_agent,c1,2026-03-04T08:00:00Z,phone,Open,low,north,ann,agent,,",
        "spam,c1,2026-03-04T09:00:00Z,email,Open,low,north,,customer,true,",
        "merged,c1,2026-03-04T10:00:00Z,email,Open,low,north,,customer,,answered_and_reopened",
        "solved_without_reply,nobody_knows,2026-03-29T00:30:00Z,email,Closed,low,,,customer,,",
        "reopened_not_solved,c2,2026-03-31T22:30:00Z,chat,Open,low,north,ann,customer,,",
    ],
    "ticket_events": [
        EVENTS,
        "1,answered_and_reopened,2026-03-02T09:10:00Z,message,agent,ann,,true",
        "2,answered_and_reopened,2026-03-02T10:00:00Z,status_changed,agent,ann,Solved,",
        "3,answered_and_reopened,2026-03-05T09:00:00Z,status_changed,customer,c1,Open,",
        "4,answered_and_reopened,2026-03-06T09:00:00Z,status_changed,agent,ann,Solved,",
        "5,answered_by_bot_first,2026-03-03T09:01:00Z,message,bot,robo,,true",
        "6,answered_by_bot_first,2026-03-03T09:05:00Z,message,agent,ann,,false",
        "7,answered_by_bot_first,2026-03-03T09:07:00Z,message,agent,robo,,true",
        "8,answered_by_bot_first,2026-03-03T09:30:00Z,message,agent,ann,,true",
        "9,answered_by_bot_first,2026-03-03T11:00:00Z,status_changed,agent,ann,Solved,",
        "10,opened_by_agent,2026-03-04T08:00:00Z,message,agent,ann,,true",
        "11,opened_by_agent,2026-03-04T09:00:00Z,message,customer,c1,,true",
        "12,opened_by_agent,2026-03-04T09:20:00Z,message,agent,ann,,true",
        "13,solved_without_reply,2026-03-29T01:30:00Z,status_changed,agent,ann,Closed,",
        "14,reopened_not_solved,2026-04-01T10:00:00Z,status_changed,agent,ann,Solved,",
        "15,reopened_not_solved,2026-04-02T10:00:00Z,status_changed,customer,c2,Open,",
    ],
}
# An export without an event history, and a log without snapshots.
LEGACY = {
    "tickets": [
        "ticket_id,customer_id,created_at,status,first_response_at,solved_at,reopen_count",
        "L1,old,2026-02-02T10:00:00Z,Closed,2026-02-02T10:15:00Z,2026-02-02T11:00:00Z,1",
    ]
}
LOG = {
    "ticket_events": [
        EVENTS,
        "1,E1,2026-02-03T10:00:00Z,created,customer,c9,,",
        "2,E1,2026-02-03T10:05:00Z,message,agent,zoe,,true",
        "3,E1,2026-02-03T10:30:00Z,status_changed,agent,zoe,Resolved,",
    ]
}
VOICE = {
    "survey_invitations": [
        "invitation_id,survey_id,customer_id,ticket_id,sent_at,delivered",
        "i1,after_contact,c1,answered_and_reopened,2026-03-07T08:00:00Z,true",
        "i2,after_contact,c2,answered_by_bot_first,2026-03-07T08:00:00Z,",
        "i3,after_contact,c1,opened_by_agent,2026-03-08T08:00:00Z,true",
        "i4,after_contact,c2,reopened_not_solved,2026-03-08T08:00:00Z,true",
        "i5,after_contact,c2,reopened_not_solved,2026-03-08T08:00:00Z,false",
    ],
    "survey_responses": [
        "response_id,survey_id,responded_at,question,score,scale_min,scale_max,invitation_id",
        "r1,after_contact,2026-03-08T08:00:00Z,overall,1,1,5,i1",
        "r1_again,after_contact,2026-03-09T08:00:00Z,overall,5,1,5,i1",
        "r2,after_contact,2026-03-08T09:00:00Z,overall,4,1,5,i2",
        "r3,after_contact,2026-03-08T10:00:00Z,overall,3,1,5,i3",
        "n1,after_contact,2026-03-08T08:00:00Z,recommend,10,0,10,i1",
        "n2,after_contact,2026-03-08T09:00:00Z,recommend,9,0,10,i2",
        "n3,after_contact,2026-03-08T10:00:00Z,recommend,8,0,10,i3",
        "n4,panel,2026-03-08T10:00:00Z,recommend,0,0,10,",
    ],
    "social_posts": [
        "post_id,platform,posted_at,text,is_brand,in_reply_to_post_id",
        "p1,forum,2026-03-10T10:00:00Z,it does not work,false,",
        "p2,forum,2026-03-10T10:45:00Z,we are looking into it,true,p1",
        "p3,forum,2026-03-11T10:00:00Z,five stars,false,",
    ],
}


@pytest.fixture(scope="session")
def hand_worked_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the company above after one run."""
    folder = tmp_path_factory.mktemp("hand_worked")
    references = {"customers": "helpdesk", "tickets": "helpdesk"}
    sources = [
        source(folder, "helpdesk", HELPDESK),
        source(folder, "legacy", LEGACY),
        source(folder, "log", LOG),
        source(folder, "voice", VOICE, references=references),
    ]
    config = configuration(folder, sources, reporting_time_zone="Europe/Berlin", as_of="2026-04-10T00:00:00Z")
    result = careloop("run", config=config)
    assert result.returncode == 0, result.stderr
    return folder / "warehouse"


@pytest.fixture(scope="session")
def hand_worked(hand_worked_workspace: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Its published warehouse."""
    with duckdb.connect(str(hand_worked_workspace / "careloop.duckdb"), read_only=True) as connection:
        yield connection
