"""Loads of a database one after another: what is new is landed once, and nothing is lost or doubled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dagster_project.sources import sql
from dagster_project.sources.live import DELETED_COLUMN, Load
from tests.databases import Crm

TICKETS = "create table tickets (id integer primary key, subject varchar(200), updated_at timestamp null)"
SAVED = datetime(2026, 7, 1, 12, tzinfo=UTC)


def insert(*rows: str) -> str:
    return f"insert into tickets (id, subject, updated_at) values {', '.join(rows)}"


def row(number: int, subject: str = "a", at: str | None = "2026-07-01T12:00:00", **more: str) -> dict[str, Any]:
    return {"id": str(number), "subject": subject, "updated_at": at, **more}


@pytest.fixture
def tickets(crm: Crm) -> Crm:
    crm.run(TICKETS, insert("(1, 'a', '2026-07-01 12:00:00')", "(2, 'a', '2026-07-01 12:00:00')"))
    return crm


def ids(rows: list[dict[str, str | None]]) -> list[int]:
    return sorted(int(row["id"] or 0) for row in rows)


@pytest.mark.parametrize("more", [{}, {"cursor": {"column": "updated_at"}}], ids=["whole", "by cursor"])
def test_a_first_load_lands_all_rows_and_a_second_none(tickets: Crm, more: dict[str, Any]) -> None:
    source = tickets.source(tickets={"table": "tickets", "key": "id", **more})
    assert ids(tickets.load(source)["tickets"]) == [1, 2]
    assert tickets.load(source) == {}


@pytest.mark.parametrize("more", [{}, {"cursor": {"column": "updated_at"}}], ids=["whole", "by cursor"])
def test_a_new_and_a_changed_row_are_landed_once(tickets: Crm, more: dict[str, Any]) -> None:
    source = tickets.source(tickets={"table": "tickets", "key": "id", **more})
    tickets.load(source)
    tickets.run("update tickets set subject = 'b', updated_at = '2026-07-02 08:00:00' where id = 2")
    tickets.run(insert("(3, 'c', '2026-07-02 09:00:00')"))
    landed = tickets.load(source)["tickets"]
    assert sorted((row["id"], row["subject"]) for row in landed) == [("2", "b"), ("3", "c")]
    assert tickets.load(source) == {}


def test_rows_before_the_cursor_are_not_asked_for_again(tickets: Crm) -> None:
    cursor = {"column": "updated_at", "lag_minutes": 5}
    source = tickets.source(tickets={"table": "tickets", "key": "id", "cursor": cursor})
    tickets.load(source)
    tickets.run(insert("(3, 'too late', '2026-07-01 11:54:59')", "(4, 'in time', '2026-07-01 11:55:00')"))
    assert ids(tickets.load(source)["tickets"]) == [4]


def test_a_row_without_a_cursor_is_found_whenever_it_comes(tickets: Crm) -> None:
    source = tickets.source(tickets={"table": "tickets", "key": "id", "cursor": {"column": "updated_at"}})
    tickets.load(source)
    tickets.run(insert("(3, 'c', null)"))
    (landed,) = tickets.load(source)["tickets"]
    assert (landed["id"], landed["updated_at"]) == ("3", None)
    assert tickets.load(source) == {}


def test_a_number_may_be_the_cursor_and_leaves_room_for_late_commits(tickets: Crm) -> None:
    cursor = {"column": "id", "lag_numbers": 10}
    tickets.run(insert("(100, 'a', null)"))
    source = tickets.source(tickets={"table": "tickets", "key": "id", "cursor": cursor})
    tickets.load(source)
    tickets.run(insert("(89, 'too late', null)", "(90, 'in time', null)", "(101, 'new', null)"))
    assert ids(tickets.load(source)["tickets"]) == [90, 101]


def test_a_row_dated_ahead_does_not_hide_the_rows_after_it(tickets: Crm) -> None:
    tickets.run(insert("(3, 'ahead', '2037-01-01 00:00:00')"))
    source = tickets.source(tickets={"table": "tickets", "key": "id", "cursor": {"column": "updated_at"}})
    assert ids(tickets.load(source)["tickets"]) == [1, 2, 3]
    tickets.run(insert("(4, 'new', '2026-07-03 00:00:00')"))
    assert ids(tickets.load(source)["tickets"]) == [4]


def test_a_database_that_was_set_back_is_read_whole(tickets: Crm) -> None:
    tickets.run(insert("(3, 'a', '2026-07-09 00:00:00')"))
    source = tickets.source(tickets={"table": "tickets", "key": "id", "cursor": {"column": "updated_at"}})
    tickets.load(source)
    tickets.run("delete from tickets where id = 3", insert("(4, 'after', '2026-07-02 00:00:00')"))
    assert ids(tickets.load(source)["tickets"]) == [4]


@pytest.mark.parametrize("more", [{}, {"cursor": {"column": "updated_at"}}], ids=["whole", "by cursor"])
def test_a_deleted_row_is_landed_once_more_and_marked(tickets: Crm, more: dict[str, Any]) -> None:
    source = tickets.source(tickets={"table": "tickets", "key": "id", "deletions": "absent", **more})
    assert {row[DELETED_COLUMN] for row in tickets.load(source)["tickets"]} == {"false"}
    tickets.run("delete from tickets where id = 1")
    (gone,) = tickets.load(source)["tickets"]
    assert (gone["id"], gone["subject"], gone[DELETED_COLUMN]) == ("1", "a", "true")
    assert tickets.load(source) == {}


def test_a_query_is_read_like_a_table(tickets: Crm) -> None:
    changed = "concat(subject, ' 100% :x')" if tickets.engine.dialect.name == "mariadb" else "subject || ' 100% :x'"
    query = f"select id, {changed} as subject, updated_at from tickets where id > 1 -- rest"
    source = tickets.source(tickets={"query": query, "key": "id", "cursor": {"column": "updated_at"}})
    (landed,) = tickets.load(source)["tickets"]
    assert (landed["id"], landed["subject"]) == ("2", "a 100% :x")
    tickets.run(insert("(3, 'c', '2026-07-02 09:00:00')"))
    assert [row["subject"] for row in tickets.load(source)["tickets"]] == ["c 100% :x"]


def test_a_crash_before_the_commit_lands_nothing_and_the_next_load_everything(
    tickets: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tickets.source(tickets={"table": "tickets", "key": "id", "cursor": {"column": "updated_at"}})
    with monkeypatch.context() as crashing:
        crashing.setattr(Load, "commit", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            tickets.load(source)
    assert tickets.zone.batches("crm", "tickets") == []
    assert ids(tickets.load(source)["tickets"]) == [1, 2]


def test_two_accounts_do_not_know_of_each_other(tickets: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER_URL", tickets.url)
    stream = {"table": "tickets", "key": "id", "cursor": {"column": "updated_at"}}
    tickets.load(tickets.source("first", tickets=stream))
    other = tickets.source("second", "OTHER_URL", tickets=stream)
    assert ids(tickets.load(other)["tickets"]) == [1, 2]
    assert tickets.load(other) == {}


def test_the_instant_of_extraction_is_the_databases_own(tickets: Crm) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    (batch,) = sql.extract(
        tickets.source(tickets={"table": "tickets", "key": "id"}), tickets.zone, check=lambda *_: None
    )
    (file,) = batch.manifest.files
    assert before <= file.extracted_at <= datetime.now(UTC) + timedelta(seconds=1)


def test_a_write_is_refused(tickets: Crm) -> None:
    source = tickets.source(tickets={"table": "tickets", "key": "id"})
    with (
        pytest.raises(sa.exc.DBAPIError, match=r"read.?only|READ ONLY"),
        sql.reading(source) as (_, connection),
    ):
        connection.exec_driver_sql("delete from tickets")
    assert ids(tickets.load(source)["tickets"]) == [1, 2]


def test_a_preview_counts_and_changes_nothing(tickets: Crm) -> None:
    source = tickets.source(
        tickets={"table": "tickets", "key": "id", "cursor": {"column": "updated_at", "lag_minutes": 0}},
        all={"query": "select id from tickets", "key": "id"},
    )
    first, query = tickets.preview(source)
    assert (first.source, first.stream, first.rows) == ("crm", "tickets", 2)
    assert first.text == "table tickets: 2 rows, 3 columns"
    assert query.text == "query: 2 rows, 1 columns"
    assert not tickets.zone.folder.exists()
    tickets.load(source)
    tickets.run(insert("(3, 'c', '2026-07-02 09:00:00')"))
    assert tickets.preview(source)[0].text.startswith("table tickets: 3 rows, 3 columns, 3 since 2026-07-01")


def test_streams_are_read_as_they_were_at_one_instant(tickets: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    if tickets.engine.dialect.name == "sqlite":
        with tickets.engine.connect() as connection:
            connection.exec_driver_sql("pragma journal_mode = wal")
    fetched = sql.fetched

    def while_it_changes(connection: sa.Connection, select: Any, columns: Any) -> Any:
        yield from fetched(connection, select, columns)
        tickets.run("update tickets set subject = 'changed meanwhile'")

    monkeypatch.setattr(sql, "fetched", while_it_changes)
    source = tickets.source(first={"table": "tickets", "key": "id"}, second={"table": "tickets", "key": "id"})
    landed = tickets.load(source)
    assert [row["subject"] for rows in landed.values() for row in rows] == ["a"] * 4
    monkeypatch.undo()
    monkeypatch.setenv("CRM_URL", tickets.url)
    assert [row["subject"] for row in tickets.load(source)["first"]] == ["changed meanwhile"] * 2
