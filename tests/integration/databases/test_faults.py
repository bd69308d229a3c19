"""What goes wrong with a database is told with source, stream and next step, never with a secret, and lands nothing."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from dagster_project.sources import sql
from dagster_project.sources.errors import SourceError
from tests.databases import Crm, PostgresServer

STREAM = {"table": "tickets", "key": "id"}
PASSWORD = "open sesame/@"
WRITTEN = "open%20sesame%2F%40"


@pytest.fixture
def tickets(crm: Crm) -> Crm:
    crm.run("create table tickets (id integer primary key, subject varchar(40), updated_at timestamp null)")
    crm.run("insert into tickets values (1, 'a', null)")
    return crm


@pytest.fixture
def reader(postgres: PostgresServer, postgres_crm: Crm, monkeypatch: pytest.MonkeyPatch) -> Crm:
    """Read a database as the user who needs a password and may read one table of two."""
    postgres_crm.run(
        "create table tickets (id int primary key, subject text)",
        "insert into tickets select n, 'subject ' || n from generate_series(1, 50000) as n",
        "create table salaries (id int primary key)",
        "grant select on tickets to reader",
    )
    as_reader = postgres_crm.url.replace("postgres@", f"reader:{WRITTEN}@")
    monkeypatch.setenv("CRM_URL", as_reader)
    return postgres_crm


def fault(crm: Crm, **streams: dict[str, Any]) -> str:
    """Load, and give what is said; a preview says the same."""
    source = crm.source(**(streams or {"tickets": STREAM}))
    with pytest.raises(SourceError) as told:
        crm.load(source)
    with pytest.raises(SourceError) as previewed:
        crm.preview(source)
    assert str(previewed.value) == str(told.value)
    assert "source 'crm'" in str(told.value)
    assert crm.zone.batches("crm", "tickets") == []
    return str(told.value)


def test_without_its_environment_variable_nothing_is_tried(sqlite_crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRM_URL")
    assert "environment variable CRM_URL is not set" in fault(sqlite_crm)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (f"host=db user=reader password={PASSWORD}", "does not hold a SQLAlchemy URL such as postgresql.psycopg://"),
        (f"postgresql://reader:{WRITTEN}@db:port/crm", "does not hold a SQLAlchemy URL"),
        (f"postgres://reader:{WRITTEN}@db/crm", "kind 'postgres'; allowed are .*; write postgresql://"),
        (f"oracle://reader:{WRITTEN}@db/crm", "kind 'oracle'; allowed are postgresql, mysql, mariadb, mssql, sqlite"),
        (f"mysql+mysqldb://reader:{WRITTEN}@db/crm", "no driver for 'mysql.mysqldb': 'MySQLdb' is not installed"),
        (f"mysql+nosuch://reader:{WRITTEN}@db/crm", "no driver for 'mysql.nosuch'"),
    ],
)
def test_an_address_that_cannot_be_used_is_explained_and_not_shown(
    sqlite_crm: Crm, monkeypatch: pytest.MonkeyPatch, url: str, told: str
) -> None:
    monkeypatch.setenv("CRM_URL", url)
    message = fault(sqlite_crm)
    assert re.search(told, message)
    assert "sesame" not in message


def test_a_wrong_password_is_told_without_it(reader: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_URL", reader.url.replace("postgres@", "reader:wr0ng%2Fone@"))
    message = fault(reader)
    assert 'password authentication failed for user "reader"' in message
    assert "check address, user and password in $CRM_URL" in message
    assert "wr0ng" not in message


def test_a_host_that_does_not_answer_is_told(sqlite_crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_URL", f"postgresql+psycopg://reader:{WRITTEN}@127.0.0.1:9/crm")
    message = fault(sqlite_crm)
    assert "connection" in message
    assert "check address" in message
    assert "sesame" not in message


def test_a_file_that_is_not_there_is_not_made(sqlite_crm: Crm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_URL", f"sqlite:///{tmp_path / 'none.db'}")
    assert "unable to open database file" in fault(sqlite_crm)
    assert not (tmp_path / "none.db").exists()


def test_a_table_that_is_not_there_is_told(tickets: Crm) -> None:
    message = fault(tickets, tickets={"table": "tikets", "key": "id"})
    assert "stream 'tickets': " in message
    assert "tikets" in message
    assert "check the table tikets in the configuration" in message


def test_a_table_that_may_not_be_read_is_told(reader: Crm) -> None:
    message = fault(reader, tickets=STREAM, salaries={"table": "salaries", "key": "id"})
    assert "stream 'salaries': permission denied for table salaries" in message
    assert "that the database's user may read it" in message


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"key": "idd"}, "no column 'idd', which is its key. Did you mean 'id'? There are: id, subject, updated_at"),
        ({"cursor": {"column": "changed"}}, "no column 'changed', which is its cursor. There are: id, subject"),
        ({"query": "select subjekt from tickets", "table": None}, "subjekt"),
        ({"query": "selekt", "table": None}, "stream 'tickets'"),
    ],
    ids=["key", "cursor", "column", "syntax"],
)
def test_a_column_that_is_not_there_is_told(tickets: Crm, more: dict[str, Any], told: str) -> None:
    assert told in fault(tickets, tickets={**STREAM, **more})


def test_columns_that_cannot_be_told_apart_are_named(postgres_crm: Crm) -> None:
    postgres_crm.run('create table tickets (id int, "ID" int)')
    message = fault(postgres_crm)
    assert "'id', 'ID' at positions 1, 2" in message
    assert "name them with `as` in a `query`" in message


def test_a_query_that_writes_is_refused(postgres_crm: Crm) -> None:
    postgres_crm.run(
        "create table tickets (id int)",
        "insert into tickets values (1)",
        "create function clear() returns int language sql as 'delete from tickets returning id'",
    )
    message = fault(postgres_crm, tickets={"query": "select clear() as id", "key": "id"})
    assert "cannot execute DELETE in a read-only transaction" in message
    assert len(postgres_crm.load(postgres_crm.source(tickets=STREAM))["tickets"]) == 1


def test_a_connection_that_ends_midway_lands_nothing_and_the_next_load_everything(
    reader: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = sql.fetched

    def until_it_is_ended(connection: sa.Connection, select: Any, columns: Any) -> Any:
        for table in fetched(connection, select, columns):
            yield table
            reader.run("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'reader'")

    source = reader.source(tickets={"query": "select id, repeat('x', 900) as v from tickets", "key": "id"})
    with monkeypatch.context() as ending:
        ending.setattr(sql, "fetched", until_it_is_ended)
        with pytest.raises(SourceError, match=r"stream 'tickets': the connection was lost: .*; run again"):
            reader.load(source)
    assert reader.zone.batches("crm", "tickets") == []
    assert len(reader.load(source)["tickets"]) == 50_000


def test_the_password_is_in_no_error_log_or_landed_file(reader: Crm, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    query = f"select cast('{PASSWORD}' as int) as id"
    message = fault(reader, tickets={"query": query, "key": "id"})
    assert 'invalid input syntax for type integer: "***"' in message
    reader.load(reader.source(tickets=STREAM))
    assert "sesame" not in caplog.text
    files = [path for path in reader.zone.folder.rglob("*") if path.is_file()]
    assert files
    assert not any(b"sesame" in path.read_bytes() for path in files)


def test_a_cursor_of_another_type_than_before_reads_everything(tickets: Crm) -> None:
    source = tickets.source(tickets={**STREAM, "cursor": {"column": "subject"}})
    tickets.load(source)
    tickets.run("drop table tickets", "create table tickets (id integer primary key, subject integer)")
    tickets.run("insert into tickets values (1, 5), (2, 3)")
    assert [row["id"] for row in tickets.load(source)["tickets"]] == ["1", "2"]
