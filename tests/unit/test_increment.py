"""When a build may keep what is built: after a complete build of the same code, seeds and settings, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project import increment, inputs
from dagster_project.config import Settings
from dagster_project.landing import Part
from dagster_project.manifest import ErasedRows
from dagster_project.pseudonyms import KEY_VARIABLE
from dagster_project.source_config.files import FileSource
from tests.macros import rendered


def settings(**changed: Any) -> Settings:
    described = {"name": "crm", "kind": "files", "files": {"teams": {"path": "teams.csv", "format": "csv"}}}
    mapping = {"from": "teams", "columns": {"team_id": changed.pop("column", "id")}}
    source = FileSource.model_validate({**described, "entities": {"teams": mapping}}, context={"folder": Path("/")})
    return Settings(config_file=Path("/careloop.yml"), workspace="/warehouse", sources=[source], **changed)


def part(file: str, **changed: Any) -> Part:
    return Part(**{**_PART, "file": file, **changed})


_PART: dict[str, Any] = {
    "path": Path("part"),
    "load_id": "load",
    "rows": 1,
    "rejected": 0,
    "columns": ("id",),
    "sha256": "as landed",
}


def landed(*parts: Part) -> list[increment.Landed]:
    return increment.landed_parts({("crm", "teams"): parts})


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema intermediate")
        connection.execute("create table intermediate.int_as_of as select timestamp '2026-01-01' as as_of")
        yield connection


def built(connection: duckdb.DuckDBPyConnection, parts: list[increment.Landed], **changed: Any) -> bool:
    """Plan and complete a build; whether it was incremental."""
    is_incremental = increment.plan(connection, settings(**changed), parts)
    assert increment.complete(connection)[:2] == (is_incremental, None)
    return is_incremental


def test_the_first_build_is_full_and_the_second_incremental(connection: duckdb.DuckDBPyConnection) -> None:
    assert not built(connection, landed(part("a")))
    assert built(connection, landed(part("a")))


def test_new_files_and_files_that_are_gone_are_told_apart(connection: duckdb.DuckDBPyConnection) -> None:
    built(connection, landed(part("stays"), part("replaced")))
    assert increment.plan(connection, settings(), landed(part("stays"), part("new")))
    found = connection.execute("select file, is_new, is_gone from increment.part order by file").fetchall()
    assert found == [("new", True, False), ("replaced", False, True), ("stays", False, False)]


def test_a_build_that_did_not_end_is_followed_by_a_full_one(connection: duckdb.DuckDBPyConnection) -> None:
    built(connection, landed(part("a")))
    assert increment.plan(connection, settings(), landed(part("a")))
    assert not increment.plan(connection, settings(), landed(part("a")))


@pytest.mark.parametrize(
    "changed",
    [
        {"sha256": "without some rows"},
        {"erased": {"teams": ErasedRows(rows=1, facts=0)}},
        {"expired": {"teams": 1}},
    ],
    ids=["rewritten", "erased", "expired"],
)
def test_rows_taken_out_of_a_file_make_the_build_full(
    connection: duckdb.DuckDBPyConnection, changed: dict[str, Any]
) -> None:
    built(connection, landed(part("a"), part("b")))
    assert not built(connection, landed(part("a"), part("b", **changed)))


def test_incremental_builds_go_back_to_the_full_one_until_rows_are_taken_out(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    def full_build(*parts: Part) -> str:
        increment.plan(connection, settings(), landed(*parts))
        return increment.complete(connection).full_build

    first = full_build(part("a"))
    assert full_build(part("a"), part("b")) == full_build(part("b")) == first
    after_erasure = full_build(part("b", erased={"teams": ErasedRows(rows=1, facts=0)}))
    assert after_erasure != first
    increment.forget(connection)
    assert full_build(part("b")) not in (first, after_erasure)


def test_a_build_file_that_names_no_full_build_is_built_in_full(connection: duckdb.DuckDBPyConnection) -> None:
    built(connection, landed(part("a")))
    connection.execute(f"alter table {increment.SCHEMA}.built drop full_build")  # as an older version left it
    assert not built(connection, landed(part("a")))


@pytest.mark.parametrize(
    "changed",
    [{"reporting_time_zone": "Asia/Tokyo"}, {"column": "team"}, {"retention": {"tickets": "730 days"}}],
    ids=["time zone", "mapping", "retention"],
)
def test_settings_that_figures_depend_on_make_the_build_full(
    connection: duckdb.DuckDBPyConnection, changed: dict[str, Any]
) -> None:
    built(connection, landed(part("a")))
    assert not built(connection, landed(part("a")), **changed)


@pytest.mark.parametrize(
    "changed",
    [{"as_of": datetime(2026, 1, 1, tzinfo=UTC)}, {"memory_limit": "1GB"}, {"kept_runs": 7}],
    ids=["as of", "memory", "history"],
)
def test_settings_of_no_consequence_leave_it_incremental(
    connection: duckdb.DuckDBPyConnection, changed: dict[str, Any]
) -> None:
    built(connection, landed(part("a")))
    assert built(connection, landed(part("a")), **changed)


def test_another_key_of_pseudonyms_makes_the_build_full(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(connection, landed(part("a")))
    monkeypatch.setenv(KEY_VARIABLE, "another key, which is long enough for anybody")
    assert not built(connection, landed(part("a")))


@pytest.mark.parametrize(
    "file",
    [
        *(f"seeds/{seed}.csv" for seed in ("schedule_hours", "schedule_holidays", "sla_policies", "statuses")),
        "dbt_project/macros/anything.sql",
        "dagster_project/raw.py",
    ],
)
def test_other_code_or_seeds_make_the_build_full(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    monkeypatch.setattr(inputs, "PROJECT_ROOT", tmp_path)
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text("as it was")
    assert not built(connection, landed(part("a")))
    assert built(connection, landed(part("a")))
    path.write_text("changed")
    assert not built(connection, landed(part("a")))


def test_what_a_build_writes_down_for_itself_is_gone_when_it_is_complete(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    increment.plan(connection, settings(), landed(part("a")))
    connection.execute("create table increment.ticket_events as select 'a body' as body")
    increment.complete(connection)
    tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'increment'").fetchall()
    assert tables == [("built",)]


def test_a_part_is_read_in_the_place_of_its_table_and_of_no_other() -> None:
    sql = "select * from core.fct_ticket as fct_ticket join core.fct_ticket_event using (ticket_key)"
    found = rendered(f"reading_part('{sql}', 'core.fct_ticket', 'increment.fct_ticket')", "increment/plan.sql")
    assert found == "select * from increment.fct_ticket as fct_ticket join core.fct_ticket_event using (ticket_key)"
