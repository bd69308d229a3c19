"""A candidate that begins with the version before: it holds what is built, and only what differs is written."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from dagster_project.warehouse import Version, Workspace, tables
from tests.unit.warehouse.test_candidate import build, query

FULL_BUILD = "5f"
Publish = Callable[..., Version]
# A text that no compression changes: it stands in the file as it is.
CANARY = "fbc1e9a07d52348866e0"  # pragma: allowlist secret


@pytest.fixture
def publish_night(publish_run: Publish) -> Callable[[int], Version]:
    return lambda number: publish_run(number, full_build=FULL_BUILD)


def difference(workspace: Workspace, version: Version, table: str) -> list[Any]:
    """Rows of a table that the build has and the version has not, or the reverse, however often."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{workspace.build_file}' as build (read_only)")
        connection.execute(f"attach '{version.file}' as version (read_only)")
        built, found = f"from build.{table}", f"from version.{table}"
        return connection.execute(f"({built} except all {found}) union all ({found} except all {built})").fetchall()


def large(workspace: Workspace, name: str = "core.large") -> None:
    build(
        workspace, f"create table {name} as select i, hash(i) as value, 'as it was' as text from range(400_000) t (i)"
    )


def turned_round(table: str) -> str:
    """The same rows in the reverse order: a table that is written again has them like this."""
    return f"create or replace table {table} as from {table} order by i desc;"


def test_a_table_that_is_as_it_was_is_not_written_again(
    workspace: Workspace, publish_night: Callable[[int], Version]
) -> None:
    large(workspace, "core.still")
    large(workspace, "core.moved")
    publish_night(1)
    build(workspace, turned_round("core.still") + "update core.moved set value = 7 where i = 500")
    version = publish_night(2)
    assert query(version.file, "select i from core.still limit 2") == [(0,), (1,)]
    assert query(version.file, "select value from core.moved where i = 500") == [(7,)]
    assert difference(workspace, version, "core.still") == difference(workspace, version, "core.moved") == []


@pytest.mark.parametrize(("changed", "stays"), [(0.15, True), (0.25, False)])
def test_of_a_large_table_at_most_a_fifth_is_written_or_all(
    workspace: Workspace, publish_night: Callable[[int], Version], changed: float, stays: bool
) -> None:
    large(workspace)
    # So that the row groups that DuckDB writes anew are a small part of the file.
    build(workspace, "create table core.larger as select hash(i) as value from range(1_000_000) t (i)")
    publish_night(1)
    build(workspace, turned_round("core.large") + f"update core.large set text = 'anew' where i < 400_000 * {changed}")
    version = publish_night(2)
    assert difference(workspace, version, "core.large") == []
    (first,) = query(version.file, "select i from core.large limit 1")[0]
    assert first == (400_000 * changed if stays else 399_999)


def test_rows_of_a_small_table_stay_sorted(workspace: Workspace, publish_night: Callable[[int], Version]) -> None:
    build(workspace, "create table kpi.a as select i * 2 as i from range(1000) t (i)")
    publish_night(1)
    build(workspace, "insert into kpi.a values (5)")
    assert query(publish_night(2).file, "from kpi.a limit 4") == [(0,), (2,), (4,), (5,)]


@pytest.mark.parametrize(
    "change",
    [
        "insert into core.large from core.large where i = 7",
        "delete from core.large where rowid = (select max(rowid) from core.large where i = 5)",
        "alter table core.large rename text to words",
        "alter table core.large alter value type varchar",
        "alter table core.large add column more integer",
        "create view core.v as select i, hash(i) as value, 'v' as text from range(300_000) t (i); "
        "drop table core.large; alter view core.v rename to large",
        "drop table core.large; create table core.large as select 1 as i",
        "delete from core.large",
        "drop table core.large; create table core.another as select 1 as i",
        "comment on table core.large is 'Said anew.'; comment on column core.large.text is null",
    ],
)
def test_whatever_happens_to_a_large_table_the_candidate_holds_what_is_built(
    workspace: Workspace, publish_night: Callable[[int], Version], change: str
) -> None:
    large(workspace)
    build(workspace, "insert into core.large from core.large where i = 5; comment on table core.large is 'Said.'")
    build(workspace, "comment on column core.large.text is 'Words.'")
    publish_night(1)
    build(workspace, change)
    version = publish_night(2)
    catalog = (
        "select table_name, column_name, data_type, comment from duckdb_columns() "
        "where schema_name in ('core', 'kpi', 'quality') and not internal order by table_name, column_index"
    )
    assert query(version.file, catalog) == query(workspace.build_file, catalog)
    (there,) = query(version.file, "select list(table_name order by table_name) from duckdb_tables()")[0]
    for table in {"large", "another"} & set(there):
        assert difference(workspace, version, f"core.{table}") == []
    comments = "select comment from duckdb_{}() where schema_name = 'core' and not internal order by all"
    of_build = query(workspace.build_file, comments.format("tables")) + query(
        workspace.build_file, comments.format("views")
    )
    assert sorted(query(version.file, comments.format("tables")), key=str) == sorted(of_build, key=str)


@pytest.mark.parametrize("seed", range(2))
def test_after_any_history_every_table_is_the_builds(
    workspace: Workspace, publish_night: Callable[[int], Version], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(tables, "SORTED_UP_TO_ROWS", 20)  # so that small tables are treated as large ones
    chance = random.Random(seed)
    for name in "abc":
        build(workspace, f"create table core.{name} as select i % 97 as i, hash(i) % 5 as value from range(500) t (i)")
    publish_night(1)
    for night in range(2, 7):
        for name in chance.sample("abc", 2):
            rows = f"rowid % {chance.randint(2, 60)} = {chance.randint(0, 3)}"
            build(workspace, chance.choice([
                f"delete from core.{name} where {rows}",
                f"update core.{name} set value = {night} where {rows}",
                f"update core.{name} set value = null where {rows}",
                f"insert into core.{name} from core.{name} where {rows}",
                f"insert into core.{name} select {night}, i from range({chance.randint(1, 90)}) t (i)",
            ]))  # fmt: skip
        version = publish_night(night)
        assert [difference(workspace, version, f"core.{name}") for name in "abc"] == [[], [], []]


def test_a_damaged_version_is_not_gone_on_from(workspace: Workspace, publish_night: Callable[[int], Version]) -> None:
    large(workspace)
    first = publish_night(1)
    content = bytearray(first.file.read_bytes())
    content[len(content) // 2] ^= 1
    first.file.write_bytes(content)
    version = publish_night(2)
    assert difference(workspace, version, "core.large") == []


def test_what_a_full_build_left_out_is_in_no_byte_of_the_next_version(
    workspace: Workspace, publish_run: Publish
) -> None:
    """An erasure and a rule of retention make the build full; rows in free blocks would outlive them."""
    text = f"case when i = 7 then '{CANARY}' else hash(i)::varchar end"
    build(workspace, f"create table core.of_many as select {text} as ticket_key from range(300_000) t (i)")
    build(workspace, f"create table core.of_person as select '{CANARY}' as ticket_key, i from range(1000) t (i)")
    first = publish_run(1, full_build="before")
    assert CANARY.encode() in first.file.read_bytes()
    build(workspace, f"drop table core.of_person; delete from core.of_many where ticket_key = '{CANARY}'")
    second = publish_run(2, full_build="after")
    assert CANARY.encode() not in second.file.read_bytes()
    assert second.record.full_build == "after"


def test_where_nobody_knows_the_full_build_nothing_is_taken_from_the_version_before(
    workspace: Workspace, publish_run: Publish
) -> None:
    build(workspace, f"create table core.of_person as select '{CANARY}' as ticket_key, i from range(1000) t (i)")
    assert CANARY.encode() in publish_run(1).file.read_bytes()
    build(workspace, "drop table core.of_person")
    assert CANARY.encode() not in publish_run(2).file.read_bytes()


def test_night_after_night_the_file_takes_not_much_more_room_than_it_needs(
    workspace: Workspace, publish_night: Callable[[int], Version]
) -> None:
    sizes = []
    for night in range(1, 8):
        build(
            workspace,
            f"create or replace table core.moved as select i, hash(i + {night}) as value from range(150_000) t (i)",
        )
        sizes.append(publish_night(night).record.size_bytes)
    assert max(sizes) < 1.5 * sizes[0]


def test_a_file_most_of_which_would_be_empty_is_written_from_nothing(
    workspace: Workspace, publish_night: Callable[[int], Version]
) -> None:
    large(workspace, "core.a")
    large(workspace, "core.b")
    build(workspace, "create table kpi.c as from core.a limit 100_000")
    before = publish_night(1).record.size_bytes
    build(workspace, "create or replace table core.a as select 1 as i; create or replace table core.b as from core.a")
    assert publish_night(2).record.size_bytes < before / 2
