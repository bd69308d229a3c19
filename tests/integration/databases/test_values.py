"""Values of every type a database has become text, and nothing of them is lost."""

from __future__ import annotations

import json

import pytest

from tests.databases import Crm


def landed(crm: Crm, data_type: str, *literals: str) -> list[str | None]:
    """Give the landed texts of a column of a type that holds these values, from a table and from a query alike."""
    rows = ", ".join(f"({number}, {literal})" for number, literal in enumerate(literals))
    crm.run(f"create table v (id integer primary key, v {data_type})", f"insert into v values {rows}")
    source = crm.source(of_table={"table": "v", "key": "id"}, of_query={"query": "select * from v", "key": "id"})
    found = crm.load(source)
    texts = {
        stream: [row["v"] for row in sorted(rows, key=lambda it: int(it["id"] or 0))] for stream, rows in found.items()
    }
    if crm.engine.dialect.name != "sqlite":
        assert texts["of_query"] == texts["of_table"]
    return texts["of_table"]


LONG = "123456789012345678901234567890.123456789012345678901234567890"


@pytest.mark.parametrize(
    ("data_type", "literal", "text"),
    [
        ("bigint", "9223372036854775807", "9223372036854775807"),
        ("numeric", LONG, LONG),
        ("numeric(12, 2)", "1.10", "1.10"),
        ("numeric", "'NaN'", "NaN"),
        ("numeric", "1e30", "1" + "0" * 30),
        ("real", "0.1", "0.1"),
        ("double precision", "0.1::float8 + 0.2::float8", "0.30000000000000004"),
        ("double precision", "'-infinity'", "-Infinity"),
        ("money", "1234.5", "1234.50"),
        ("boolean", "true", "true"),
        ("boolean", "false", "false"),
        ("date", "'2024-02-29'", "2024-02-29"),
        ("date", "'infinity'", "infinity"),
        ("timestamp", "'2024-03-01 08:30:00.123456'", "2024-03-01T08:30:00.123456"),
        ("timestamp", "'infinity'", "infinity"),
        ("timestamp", "'12024-03-01 08:30'", "12024-03-01T08:30:00"),
        ("timestamp", "'0044-03-15 12:00 BC'", "0044-03-15T12:00:00 BC"),
        ("timestamptz", "'2024-07-01 08:30+08'", "2024-07-01T00:30:00+00:00"),
        ("timestamptz", "'2024-07-01 08:30:00.5 Europe/Berlin'", "2024-07-01T06:30:00.5+00:00"),
        ("timestamptz", "'-infinity'", "-infinity"),
        ("time", "'08:30:00.5'", "08:30:00.5"),
        ("interval", "'1 day 2 hours'", "1 day 02:00:00"),
        ("uuid", "'A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("text", r"E'é, \"quoted\"\r\n\\. \\N ☎'", 'é, "quoted"\r\n\\. \\N ☎'),
        ("text", "''", ""),
        ("varchar(5)", "'\\x41'", "\\x41"),
        ("json", """'{"b": [1.10, null],  "a": "x"}'""", '{"b": [1.10, null],  "a": "x"}'),
        ("jsonb", """'{"b": 12345678901234567890.10}'""", '{"b": 12345678901234567890.10}'),
        ("text[]", "array['a,b', null]", '["a,b",null]'),
        ("timestamptz[]", "array['2024-07-01 08:30+08'::timestamptz]", '["2024-07-01T00:30:00+00:00"]'),
        ("int[]", "'{{1,2},{3,4}}'", "[[1,2],[3,4]]"),
        ("int4range", "'[1,3)'", "[1,3)"),
        ("inet", "'192.168.0.1/24'", "192.168.0.1/24"),
        ("bytea", "'caf\u00e9'::text::bytea", "café"),
        ("bytea", "'\\xff00'", "\\xff00"),
        ("bytea", "'\\x5c783030'", "\\x5c783030"),
        ("bit(3)", "B'101'", "101"),
    ],
)
def test_postgres(postgres_crm: Crm, data_type: str, literal: str, text: str) -> None:
    assert landed(postgres_crm, data_type, literal, "null") == [text, None]


def test_postgres_has_types_of_its_users(postgres_crm: Crm) -> None:
    postgres_crm.run(
        "create type mood as enum ('glad', 'angry')",
        "create type place as (city text, since timestamptz)",
        "create domain email as text check (value like '%@%')",
        "create schema helpdesk",
        "create table helpdesk.v (id int primary key, mood mood, place place, email email, moods mood[])",
        "insert into helpdesk.v values (1, 'glad', row('Ulm', '2024-01-01 00:00+00'), 'a@example.com', '{angry,glad}')",
    )
    (row,) = postgres_crm.load(postgres_crm.source(v={"table": "helpdesk.v", "key": "id"}))["v"]
    assert (row["mood"], row["email"], row["moods"]) == ("glad", "a@example.com", '["angry","glad"]')
    assert json.loads(row["place"] or "") == {"city": "Ulm", "since": "2024-01-01T00:00:00+00:00"}


def test_a_row_of_nothing_is_a_row(postgres_crm: Crm) -> None:
    postgres_crm.run("create table v (a text)", "insert into v values (null), (''), (null), ('x')")
    rows = postgres_crm.load(postgres_crm.source(v={"table": "v", "key": "a"}))["v"]
    assert sorted(str(row["a"]) for row in rows) == ["", "None", "x"], "equal rows without a key are one"
    (batch,) = postgres_crm.zone.batches("crm", "v")
    assert batch.manifest.files[0].counted == 4


def test_one_value_may_be_larger_than_what_is_read_at_a_time(postgres_crm: Crm) -> None:
    postgres_crm.run("create table v (id int, v text)", "insert into v select 1, repeat('ab\n', 7000000)")
    (row,) = postgres_crm.load(postgres_crm.source(v={"table": "v", "key": "id"}))["v"]
    assert row["v"] == "ab\n" * 7_000_000


@pytest.mark.parametrize(
    ("data_type", "literal", "text"),
    [
        ("bigint unsigned", "18446744073709551615", "18446744073709551615"),
        ("decimal(60, 28)", LONG[:-2], LONG[:-2]),
        ("double", "0.1e0 + 0.2e0", "0.30000000000000004"),
        ("float", "16777217.0 / 3", "5592405.5"),
        ("boolean", "true", "true"),
        ("tinyint(1)", "2", "2"),
        ("tinyint(4)", "1", "1"),
        ("bit(1)", "b'1'", "true"),
        ("bit(9)", "b'100000001'", "257"),
        ("date", "'2024-02-29'", "2024-02-29"),
        ("datetime(6)", "'2024-03-01 08:30:00.123456'", "2024-03-01T08:30:00.123456"),
        ("time", "'-838:59:59'", "-838:59:59"),
        ("year", "2024", "2024"),
        ("varchar(40)", r"""'é, "quoted"\r\n☎'""", 'é, "quoted"\r\n☎'),
        ("varchar(40)", "''", ""),
        ("mediumtext", "'100%'", "100%"),
        ("json", """'{"b": [1.10, null]}'""", '{"b": [1.10, null]}'),
        ("enum('glad', 'angry')", "'angry'", "angry"),
        ("blob", "'caf\u00e9'", "café"),
        ("varbinary(4)", "x'ff00'", "\\xff00"),
    ],
)
def test_mariadb(mariadb_crm: Crm, data_type: str, literal: str, text: str) -> None:
    assert landed(mariadb_crm, data_type, literal, "null") == [text, None]


def test_mariadb_gives_instants_in_utc_and_dates_that_are_none(mariadb_crm: Crm) -> None:
    mariadb_crm.run(
        "set session sql_mode = '', session time_zone = '+08:00'",
        "create table v (id int primary key, at timestamp null, day date)",
        "insert into v values (1, '2024-07-01 08:30:00', '0000-00-00')",
    )
    (row,) = mariadb_crm.load(mariadb_crm.source(v={"table": "v", "key": "id"}))["v"]
    assert (row["at"], row["day"]) == ("2024-07-01T00:30:00+00:00", "0000-00-00")


@pytest.mark.parametrize(
    ("data_type", "literal", "text"),
    [
        ("integer", "9223372036854775807", "9223372036854775807"),
        ("real", "0.1 + 0.2", "0.30000000000000004"),
        ("real", "-9e999", "-Infinity"),
        ("boolean", "true", "true"),
        ("boolean", "0", "false"),
        ("boolean", "'maybe'", "maybe"),
        ("boolean", "7", "7"),
        ("datetime", "'2024-03-01 08:30:00'", "2024-03-01 08:30:00"),
        ("datetime", "'yesterday'", "yesterday"),
        ("decimal(10, 2)", "'12345678901234567890.12 €'", "12345678901234567890.12 €"),
        ("text", "''", ""),
        ("text", "cast(x'ff00' as text)", "\\xff00"),
        ("blob", "x'636166c3a9'", "café"),
        ("blob", "x'ff00'", "\\xff00"),
    ],
)
def test_sqlite(sqlite_crm: Crm, data_type: str, literal: str, text: str) -> None:
    assert landed(sqlite_crm, data_type, literal, "null") == [text, None]


def test_names_are_the_databases_own_and_told_apart(crm: Crm) -> None:
    odd = 'Say "hi", 100%: ☎'
    table, order, third = (
        crm.engine.dialect.identifier_preparer.quote(name).replace("%%", "%") for name in ("My Tickets", "Order", odd)
    )
    crm.run(f"create table {table} (id integer primary key, {order} int, {third} int)")
    crm.run(f"insert into {table} values (1, 2, 3)")
    (row,) = crm.load(crm.source(v={"table": "My Tickets", "key": "ID"}))["v"]
    assert row == {"id": "1", "Order": "2", odd: "3"}


def test_the_batch_knows_the_types_of_columns_that_hold_anything(postgres_crm: Crm) -> None:
    postgres_crm.run("create table v (id bigint, at timestamptz, empty text)", "insert into v values (1, now(), null)")
    postgres_crm.load(postgres_crm.source(v={"table": "v", "key": "id"}))
    (batch,) = postgres_crm.zone.batches("crm", "v")
    assert batch.manifest.live is not None
    assert batch.manifest.live.kinds == {"id": "bigint", "at": "timestamp with time zone"}
