"""The Zendesk preset on answers of the real API, served page by page as the incremental export does."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest

from dagster_project.config import Settings
from dagster_project.landing import LandingZone
from dagster_project.raw import create_raw_views
from dagster_project.sources.extraction import extract


class Zendesk:
    """A server that gives recorded pages of tickets: the first for a start time, each further one for its cursor."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pages: dict[str | None, str] = {}
        self.asked: Counter[str] = Counter()
        self.deleted: set[int] = set()
        zendesk = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                status, body = zendesk.answer(urlsplit(self.path).path, parse_qs(urlsplit(self.path).query))
                content = body.encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base_url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, *names: str) -> list[dict[str, Any]]:
        """Put recorded answers in a row, and behind the last one an answer without tickets. Gives their tickets."""
        tickets, cursor = [], None
        for name in names:
            text = (self.folder / f"incremental_tickets.test_{name}.json").read_text(encoding="utf-8")
            self.pages[cursor] = text.replace("https://example.zendesk.com", self.base_url)
            answer = json.loads(text)
            tickets += answer["tickets"]
            cursor = answer["after_cursor"]
        self.pages[cursor] = self.page([], str(cursor))
        self.deleted = {ticket["id"] for ticket in tickets if ticket["status"] == "deleted"}
        return tickets

    def page(self, tickets: list[dict[str, Any]], cursor: str) -> str:
        """Write the last page of an export."""
        after = f"{self.base_url}/api/v2/incremental/tickets/cursor.json?cursor={cursor}"
        ends = {"after_url": after, "after_cursor": cursor, "before_url": None, "before_cursor": None}
        return json.dumps({"tickets": tickets, **ends, "end_of_stream": True})

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, str]:
        self.asked[re.sub(r"\d+", "N", path.removeprefix("/api/v2/"))] += 1
        if path.endswith("/incremental/tickets/cursor.json"):
            (cursor,) = query.get("cursor", [None])
            assert cursor or query["start_time"] == ["0"]
            return 200, self.pages[cursor]
        if path.endswith("/incremental/users/cursor.json"):
            return 200, json.dumps({"users": [], "after_url": None, "after_cursor": "u", "end_of_stream": True})
        if path.endswith("/audits.json"):
            (number,) = re.findall(r"/(\d+)/audits", path)
            gone = int(number) in self.deleted
            return (
                (404, '{"error": "RecordNotFound"}') if gone else (200, '{"audits": [], "meta": {"has_more": false}}')
            )
        return 200, json.dumps({Path(path).stem: [], "meta": {"has_more": False, "after_cursor": None}})


@pytest.fixture
def zendesk(shared_data: Path) -> Iterator[Zendesk]:
    served = Zendesk(shared_data / "api_zendesk")
    yield served
    served.server.shutdown()
    served.server.server_close()


class Account:
    """One account with a landing zone of its own."""

    def __init__(self, folder: Path, base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        described = {
            "name": "desk",
            "kind": "zendesk",
            "base_url": f"{base_url}/api/v2/",
            "settings": {"subdomain": "example"},
        }
        self.settings = Settings.model_validate({"config_file": folder / "careloop.yml", "sources": [described]})
        self.zone = LandingZone(folder / "landing")
        monkeypatch.setenv("CARELOOP_DESK_EMAIL", "ops@example.com")
        monkeypatch.setenv("CARELOOP_DESK_TOKEN", "secret")

    def load(self) -> dict[str, int]:
        """Load once; gives the rows that landed by stream, without streams where nothing did."""
        (source,) = self.settings.sources
        extract(source, self.zone, config_folder=self.settings.config_file.parent, check=lambda *_: None)
        rows = {stream: sum(part.rows for part in self.zone.parts("desk", stream)) for stream in source.streams}
        before, self.rows = getattr(self, "rows", dict.fromkeys(rows, 0)), rows
        return {stream: count - before[stream] for stream, count in rows.items() if count > before[stream]}

    def tickets(self, sql: str) -> list[tuple[Any, ...]]:
        (source,) = self.settings.sources
        streams = {("desk", stream): self.zone.parts("desk", stream) for stream in source.streams}
        with duckdb.connect() as connection:
            create_raw_views(connection, self.settings, streams)
            return connection.execute(sql).fetchall()


@pytest.fixture
def account(tmp_path: Path, zendesk: Zendesk, monkeypatch: pytest.MonkeyPatch) -> Account:
    return Account(tmp_path, zendesk.base_url, monkeypatch)


def test_pages_are_followed_until_the_end_of_the_stream_and_a_ticket_on_two_of_them_lands_once(
    zendesk: Zendesk, account: Account
) -> None:
    tickets = zendesk.serve("pagination.01", "get_values.01")
    assert len(tickets) == 1_087
    # 70 of the 87 tickets of the second page stand on the first one too.
    assert account.load() == {"tickets": 1_017}
    assert zendesk.asked["incremental/tickets/cursor.json"] == 2
    assert zendesk.asked["tickets/N/audits.json"] == 1_017
    # 515 deleted tickets on the first page, and on the second one that is not among them.
    deleted = account.tickets("select count(*) from raw.tickets where is_deleted = 'true'")
    assert deleted == [(len({ticket["id"] for ticket in tickets if ticket["status"] == "deleted"}),)]


def test_a_second_load_begins_behind_the_first_one_and_lands_nothing(zendesk: Zendesk, account: Account) -> None:
    zendesk.serve("get_values.03", "get_values.01")
    assert account.load() == {"tickets": 87}
    zendesk.asked.clear()
    assert account.load() == {}
    # One request each: no list is read from its beginning, no ticket's history again.
    assert zendesk.asked == {
        "groups.json": 1,
        "incremental/users/cursor.json": 1,
        "incremental/tickets/cursor.json": 1,
        "satisfaction_ratings.json": 1,
    }


def test_a_changed_ticket_lands_once_and_only_its_history_is_asked_for(zendesk: Zendesk, account: Account) -> None:
    tickets = zendesk.serve("get_values.01")
    account.load()
    (before,) = [ticket for ticket in tickets if ticket["status"] == "open"]
    solved = {**before, "status": "solved", "updated_at": "2024-02-08T09:00:00Z", "generated_timestamp": 1_707_382_800}
    cursor = json.loads(zendesk.pages[None])["after_cursor"]
    zendesk.pages[cursor] = zendesk.page([solved], "further")
    zendesk.pages["further"] = zendesk.page([], "further")
    zendesk.asked.clear()
    assert account.load() == {"tickets": 1}
    assert zendesk.asked["tickets/N/audits.json"] == 1
    versions = account.tickets(f"select status from raw.tickets where ticket_id = '{before['id']}' order by updated_at")
    assert versions == [("open",), ("solved",)]
    assert account.load() == {}


def test_fields_are_mapped_as_the_answers_have_them(zendesk: Zendesk, account: Account) -> None:
    tickets = zendesk.serve("get_values.01")
    account.load()
    words = {"web": "web", "api": "other", "sample_ticket": "other"}
    expected = Counter((ticket["status"], words[ticket["via"]["channel"]], ticket["priority"]) for ticket in tickets)
    found = account.tickets("select status, channel, priority, count(*) from raw.tickets group by all")
    assert {(status, channel, priority): count for status, channel, priority, count in found} == dict(expected)
