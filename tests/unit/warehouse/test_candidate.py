from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.warehouse import BuildFileError, PublishError, Version, Workspace, connect, make_candidate

RUN = "20260701T040000Z-ab12cd34"


def query(file: Path, sql: str) -> list[Any]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def build(workspace: Workspace, sql: str) -> None:
    with connect(workspace) as connection:
        connection.execute(sql)


def test_only_the_published_schemas_get_in_and_views_become_tables(workspace: Workspace) -> None:
    candidate = make_candidate(workspace, RUN).file
    assert query(
        candidate,
        "select table_schema, table_name, table_type from information_schema.tables order by all",
    ) == [
        ("core", "fct_ticket", "BASE TABLE"),
        ("kpi", "tickets_by_channel", "BASE TABLE"),
        ("quality", "row_account", "BASE TABLE"),
    ]
    assert query(candidate, "from kpi.tickets_by_channel order by all") == [("chat", 1), ("phone", 1), ("web", 1)]


def test_all_four_schemas_are_there_even_without_tables(workspace: Workspace) -> None:
    candidate = make_candidate(workspace, RUN).file
    schemas = query(candidate, "select schema_name from duckdb_schemas() where not internal order by all")
    assert [name for (name,) in schemas if name != "main"] == ["analysis", "core", "kpi", "quality"]


def test_comments_of_tables_views_and_columns_survive(workspace: Workspace) -> None:
    candidate = make_candidate(workspace, RUN).file
    tables = query(candidate, "select table_name, comment from duckdb_tables() order by all")
    assert tables == [
        ("fct_ticket", "One row per ticket; it's the grain."),
        ("row_account", None),
        ("tickets_by_channel", "One row per channel."),
    ]
    columns = query(
        candidate, "select column_name, comment from duckdb_columns() where comment is not null order by all"
    )
    assert columns == [("channel", 'Channel "as it came".'), ("tickets", "How many.")]


def test_keys_and_indexes_stay_behind(workspace: Workspace) -> None:
    build(workspace, "create index by_channel on core.fct_ticket (channel)")
    candidate = make_candidate(workspace, RUN).file
    assert query(candidate, "select has_primary_key, index_count from duckdb_tables() where table_name = 'fct_ticket'")[
        0
    ] == (False, 0)
    assert query(candidate, "from duckdb_constraints()") == []


def test_rows_of_a_mart_come_in_the_same_order_whatever_the_order_of_the_build(workspace: Workspace) -> None:
    build(workspace, "create table kpi.a as select i from range(1000) t (i) order by hash(i)")
    build(workspace, "create table kpi.b as select i from range(1000) t (i) order by i desc")
    candidate = make_candidate(workspace, RUN).file
    rows = query(candidate, "from kpi.a")
    assert rows == query(candidate, "from kpi.b") == [(number,) for number in range(1000)]


def test_names_that_need_quoting_are_carried_over(workspace: Workspace) -> None:
    build(workspace, """create table core."order" as select 1 as "select", 2 as "it's ""quoted" """)
    build(workspace, """comment on column core."order"."it's ""quoted" is 'odd'""")
    candidate = make_candidate(workspace, RUN).file
    assert query(candidate, """select "it's ""quoted" from core."order" """) == [(2,)]


def test_todays_clients_can_open_the_file(workspace: Workspace) -> None:
    candidate = make_candidate(workspace, RUN).file
    (tags,) = query(candidate, "select tags from duckdb_databases() where not internal")[0]
    assert tags["storage_version"].startswith("v1.5.0")


def test_the_file_is_hidden_private_and_complete_without_a_log(workspace: Workspace) -> None:
    candidate = make_candidate(workspace, RUN).file
    assert candidate == workspace.folder / "published" / f".careloop-{RUN}.duckdb"
    assert candidate.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in workspace.published.iterdir()] == [candidate.name]


def test_a_second_attempt_of_the_same_run_starts_afresh(workspace: Workspace) -> None:
    make_candidate(workspace, RUN)
    build(workspace, "drop table quality.row_account")
    candidate = make_candidate(workspace, RUN).file
    assert query(candidate, "select count(*) from duckdb_tables()") == [(2,)]


def test_a_run_that_is_published_already_is_refused(
    workspace: Workspace, publish_run: Callable[[int], Version]
) -> None:
    version = publish_run(1)
    with pytest.raises(PublishError, match="published already"):
        make_candidate(workspace, version.run)
    assert version.file.exists()


@pytest.mark.parametrize("run", ["latest", "../20260701T040000Z-ab12cd34", "20260701T040000Z-AB/CD", ""])
def test_a_run_name_that_does_not_sort_or_leaves_the_folder_is_refused(workspace: Workspace, run: str) -> None:
    with pytest.raises(PublishError, match="run name"):
        make_candidate(workspace, run)


def test_a_damaged_table_of_the_build_file_is_named_and_nothing_is_left(workspace: Workspace) -> None:
    build(workspace, "create table core.big as select hash(i) as value from range(200_000) t (i)")
    (block,) = query(workspace.build_file, "select max(block_id) from pragma_storage_info('core.big')")[0]
    content = bytearray(workspace.build_file.read_bytes())
    content[3 * 4096 + block * 262_144 + 1000] ^= 1
    workspace.build_file.write_bytes(content)
    with pytest.raises(BuildFileError, match=r"core\.big cannot be read: .*--full-refresh"):
        make_candidate(workspace, RUN)
    assert list(workspace.published.iterdir()) == []


def test_a_view_that_no_longer_works_stops_the_candidate(workspace: Workspace) -> None:
    build(workspace, "create table staging.gone as select 1 as a; create view core.broken as from staging.gone")
    build(workspace, "drop table staging.gone")
    with pytest.raises(BuildFileError, match=r"core\.broken cannot be read"):
        make_candidate(workspace, RUN)
