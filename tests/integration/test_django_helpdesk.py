"""A real django-helpdesk from its first ticket to the warehouse: the server, its API, loads, a run.

The story is played once, in order; each test looks at one part of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.config import PROJECT_ROOT, Source, load_settings
from dagster_project.landing import LandingZone
from dagster_project.sources.errors import SourceError
from dagster_project.sources.extraction import extract
from dagster_project.warehouse.workspace import Workspace
from tests.companies import careloop, configuration

pytest.importorskip("helpdesk", reason="django-helpdesk is not installed")

REOPENED, RESOLVED = 2, 3


class Helpdesk:
    """The server in a process of its own, with a site of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.log = folder / "requests.log"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.django_helpdesk_site.server"],
            cwd=PROJECT_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log.open("w"),
            text=True,
            env={**os.environ, "HELPDESK_SITE_FOLDER": str(folder), "PYTHONPATH": str(PROJECT_ROOT)},
        )
        self.address = f"http://127.0.0.1:{self._answer()}/helpdesk/"

    def do(self, what: str, **arguments: Any) -> int:
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"do": what, **arguments}) + "\n")
        self.process.stdin.flush()
        answer = self._answer()
        return int(answer) if answer is not None else 0

    def _answer(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, self.log.read_text(encoding="utf-8")
        return json.loads(line)

    def close(self) -> None:
        self.process.communicate(timeout=20)


@pytest.fixture(scope="module")
def helpdesk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Helpdesk]:
    server = Helpdesk(tmp_path_factory.mktemp("django") / "site")
    yield server
    server.close()


@dataclass
class Story:
    """Which rows each load landed, by stream; the published warehouse after the last of them."""

    config: Path
    loads: list[dict[str, int]]
    warehouse: Path

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()


def load(config: Path) -> dict[str, int]:
    """Load once; gives the rows that landed by stream, without streams where nothing did."""
    settings = load_settings(config)
    (source,) = settings.sources
    zone = LandingZone(Workspace(settings.workspace_folder).landing)
    before = landed_rows(zone, source)
    extract(source, zone, config_folder=config.parent, check=lambda *_: None)
    return {
        stream: rows - before[stream] for stream, rows in landed_rows(zone, source).items() if rows > before[stream]
    }


def landed_rows(zone: LandingZone, source: Source) -> dict[str, int]:
    return {stream: sum(part.rows for part in zone.parts(source.name, stream)) for stream in source.streams}


@pytest.fixture(scope="module")
def story(helpdesk: Helpdesk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    ines, omar = helpdesk.do("add_user", name="ines"), helpdesk.do("add_user", name="omar")
    general, billing = helpdesk.do("add_queue", title="General"), helpdesk.do("add_queue", title="Billing")
    assert (ines, omar, general, billing) == (1, 2, 1, 2)

    def open_ticket(title: str, submitter: str | None, **more: Any) -> int:
        text = {"text": f"About {title}", "at": "2025-01-06T08:00:00Z"}
        return helpdesk.do("open_ticket", queue=general, title=title, submitter=submitter, **{**text, **more})

    def act(at: str, **changes: Any) -> None:
        helpdesk.do("act", ticket=mias, by=ines, at=at, **changes)

    mias = open_ticket("Billed twice", "Mia@example.com")
    act("2025-01-06T09:00:00Z", comment="We look into it.", public=True, owner=ines)
    act("2025-01-06T10:00:00Z", comment="Ask the bank.", public=False, queue=billing)
    act("2025-01-07T10:00:00Z", comment="Paid back.", public=True, new_status=RESOLVED)
    bos = open_ticket("Win a prize", "bo@example.com")
    open_ticket("Printer", None, by=omar)
    # With those before more than a page of a hundred, of tickets as of follow-ups.
    for number in range(105):
        open_ticket(f"Question {number}", "lea@example.com")

    folder = tmp_path_factory.mktemp("desk")
    described = {"name": "desk", "kind": "django_helpdesk", "settings": {"address": helpdesk.address}}
    config = configuration(folder, [described])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CARELOOP_DESK_USERNAME", "ines")
        patch.setenv("CARELOOP_DESK_PASSWORD", "secret")
        loads = [load(config), load(config)]
        helpdesk.do("reply_by_mail", ticket=mias, text="It happened again.", at="2025-01-08T08:00:00Z")
        act("2025-01-08T08:30:00Z", comment="", public=False, new_status=REOPENED)
        act("2025-01-08T11:00:00Z", comment="Paid back again.", public=True, new_status=RESOLVED)
        loads.append(load(config))
        helpdesk.do("delete_ticket", ticket=bos)
        loads.append(load(config))
        result = careloop("run", config=config)
        assert result.returncode == 0, result.stderr
        loads.append(load(config))
        yield Story(config, loads, folder / "warehouse" / "careloop.duckdb")


def test_a_first_load_follows_the_pages_to_the_last_ticket(story: Story) -> None:
    assert story.loads[0] == {"tickets": 3 + 105, "followups": 4 + 2 + 105}


def test_a_second_load_lands_nothing(story: Story) -> None:
    assert story.loads[1] == {}


def test_a_changed_ticket_lands_once_with_its_new_followups(story: Story) -> None:
    assert story.loads[2] == {"tickets": 1, "followups": 3}


def test_a_deleted_ticket_lands_once_more_and_is_marked(story: Story) -> None:
    assert story.loads[3] == {"tickets": 1}
    gone = "select ticket_id, is_deleted, left_out_reason, is_counted from core.fct_ticket where is_deleted"
    assert story.rows(gone) == [("2", True, "deleted", False)]


def test_a_run_finds_nothing_more_and_neither_does_a_load_after_it(story: Story) -> None:
    assert story.loads[4] == {}
    assert story.rows("select count(*) from core.fct_ticket") == [(108,)]
    assert story.rows("select sum(unaccounted_rows) from quality.row_account") == [(0,)]


def test_a_ticket_becomes_the_fact_that_its_history_tells(story: Story) -> None:
    columns = (
        "status, source_status, team_key, assignee_key, opened_by, is_counted, reopen_count, agent_message_count, "
        "first_response_minutes, first_resolution_minutes, full_resolution_minutes"
    )
    found = story.rows(f"select {columns} from core.fct_ticket where ticket_id = '1'")
    # Opened on the 6th at 8, answered at 9, solved on the 7th at 10 and once more on the 8th at 11.
    history = (1, 3, 60, 26 * 60, 51 * 60)
    assert found == [("solved", "Resolved", "desk:2", "desk:1", "customer", True, *history)]


def test_messages_notes_and_statuses_have_the_one_who_acted(story: Story) -> None:
    events = story.rows(
        "select event_type, actor_type, is_public, to_value from core.fct_ticket_event "
        "where ticket_key = 'desk:1' order by occurred_at, event_type"
    )
    assert events == [
        ("message", "customer", True, None),
        ("message", "agent", True, None),
        ("note", "agent", False, None),
        ("message", "agent", True, None),
        ("status_changed", "agent", False, "Resolved"),
        ("message", "customer", True, None),
        ("status_changed", "agent", False, "Reopened"),
        ("message", "agent", True, None),
        ("status_changed", "agent", False, "Resolved"),
    ]


def test_a_ticket_without_an_address_is_one_of_a_customer_of_its_own(story: Story) -> None:
    printer = "select opened_by, count(*) over (partition by customer_key) from core.fct_ticket qualify ticket_id = '3'"
    assert story.rows(printer) == [("agent", 1)]
    # Mia, Bo and Lea have told their addresses.
    assert story.rows("select count(*) from core.dim_customer where source = 'desk'") == [(3 + 1,)]


def test_a_wrong_password_is_told_without_repeating_it(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARELOOP_DESK_PASSWORD", "not-the-password")
    with pytest.raises(SourceError, match="desk") as told:
        load(story.config)
    assert "not-the-password" not in str(told.value)
