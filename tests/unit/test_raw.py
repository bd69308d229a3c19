"""The views over landed parts: they find exactly these, and show them as the mappings say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.parquet as pq
import pytest

from dagster_project.config import Settings
from dagster_project.contract import ENTITIES
from dagster_project.mapping import MappingError
from dagster_project.raw import create_raw_views
from dagster_project.source_config.files import FileSource
from dagster_project.sources.files import extract

if TYPE_CHECKING:
    from tests.conftest import Bench


def viewed(bench: Bench, **files: str) -> duckdb.DuckDBPyConnection:
    """Create the views over what was landed from `files` into stream `records`."""
    source = bench.source(records={"format": "csv", "path": "teams.csv", **files})
    connection = duckdb.connect()
    settings = Settings(config_file=bench.folder / "careloop.yml", sources=[source])
    create_raw_views(connection, settings, {("crm", "records"): bench.zone.parts("crm", "records")})
    return connection


@pytest.mark.parametrize(("name", "matched"), [("a[b]*", "abc"), ("a?", "ab"), ("it's", "its")])
def test_a_workspace_whose_path_looks_like_a_pattern_shows_its_own_rows(bench: Bench, name: str, matched: str) -> None:
    above = bench.folder
    bench.folder = above / name
    bench.zone.folder = bench.folder / "landing"
    bench.put("teams.csv", "id,name\n1,Ann\n")
    bench.land("teams.csv")
    (part,) = bench.zone.parts("crm", "records")
    without_rows = above / matched / part.path.relative_to(bench.folder)  # which the pattern would find instead
    without_rows.parent.mkdir(parents=True)
    pq.write_table(pq.read_table(part.path).slice(0, 0), without_rows)

    assert viewed(bench).execute("select team_id, name from raw.teams").fetchall() == [("1", "Ann")]


def test_a_part_that_was_replaced_is_neither_seen_nor_counted_again(bench: Bench) -> None:
    bench.put("teams.csv", "id,name\n1,Ann\rLee\n2,Bob\n")
    bench.land("teams.csv")
    (batch,) = bench.land("teams.csv", line_ending="lf")

    connection = viewed(bench, line_ending="lf")

    rows = connection.execute("select team_id, name, _position from raw.teams order by all").fetchall()
    assert rows == [("1", "Ann\rLee", 1), ("2", "Bob", 2)]
    loads = connection.execute("select load_id, row_count, reject_count from raw.loads").fetchall()
    assert loads == [(batch.load_id, 2, 0)]


def csv_source(name: str, entities: dict[str, Any], *files: str, **settings: Any) -> dict[str, Any]:
    """Describe a source of CSV files; each file is a stream of its stem."""
    sets = {file.partition(".")[0]: {"path": file, "format": "csv", **settings.pop("csv", {})} for file in files}
    return {"name": name, "kind": "files", "files": sets, "entities": entities, **settings}


def mapped(bench: Bench, *described: dict[str, Any]) -> tuple[duckdb.DuckDBPyConnection, list[str]]:
    """Land what the sources have and create the views over it; with the warnings."""
    sources = [FileSource.model_validate(each, context={"folder": bench.folder}) for each in described]
    for source in sources:
        extract(source, bench.zone, config_folder=bench.folder, check=lambda *_: None)
    streams = {
        (source.name, stream): bench.zone.parts(source.name, stream) for source in sources for stream in source.streams
    }
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    settings = Settings(config_file=bench.folder / "careloop.yml", sources=sources)
    return connection, create_raw_views(connection, settings, streams)


def test_texts_that_stand_for_no_value_are_null_everywhere_also_in_expressions_and_conditions(bench: Bench) -> None:
    bench.put("cases.csv", "id,who,state\n1,a,NA\n2,?,open\n3,,NAN\n")
    columns = {
        "ticket_id": "id",
        "customer_id": {"sql": "coalesce(who, 'nobody')"},
        "created_at": "id",
        "status": "state",
    }
    entity = {"from": "cases", "where": "state is not null", "columns": columns}
    connection, _ = mapped(
        bench, csv_source("desk", {"tickets": entity}, "cases.csv", csv={"null_values": ["NA", "?"]})
    )
    rows = connection.execute("select ticket_id, customer_id, status from raw.tickets order by 1").fetchall()
    # An empty text is a value here, for only the stated texts stand for none.
    assert rows == [("2", "nobody", "open"), ("3", "", "NAN")]


def test_rows_that_where_leaves_out_are_counted_per_mapping_also_where_it_is_null(bench: Bench) -> None:
    bench.put("people.csv", "id,kind\n1,agent\n2,customer\n3,agent\n4,\n")
    entities = {
        "agents": {"from": "people", "where": "kind = 'agent'", "columns": {"agent_id": "id"}},
        "customers": {"from": "people", "where": "kind = 'customer'", "columns": {"customer_id": "id"}},
        "teams": {"from": "people", "columns": {"team_id": "id"}},
    }
    connection, _ = mapped(bench, csv_source("desk", entities, "people.csv"))
    assert connection.execute("select agent_id from raw.agents order by 1").fetchall() == [("1",), ("3",)]
    assert connection.execute("select customer_id from raw.customers").fetchall() == [("2",)]
    counts = connection.execute("select source, entity, mapping, row_count from raw.not_selected order by 2").fetchall()
    assert counts == [("desk", "agents", 0, 2), ("desk", "customers", 0, 3)]


def test_one_row_mapped_several_times_gives_a_row_a_mapping_that_tells_which(bench: Bench) -> None:
    bench.put("forms.csv", "id,at,speed,effort\n7,2026-01-01T00:00:00Z,4,2\n")
    common = {"response_id": "id", "survey_id": {"sql": "'s'"}, "responded_at": "at"}
    answers = [
        {"from": "forms", "columns": {**common, "question": {"sql": f"'{question}'"}, "score": question}}
        for question in ("speed", "effort")
    ]
    connection, _ = mapped(bench, csv_source("survey", {"survey_responses": answers}, "forms.csv"))
    rows = connection.execute(
        "select response_id, question, score, _mapping, _position from raw.survey_responses order by _mapping"
    ).fetchall()
    assert rows == [("7", "speed", "4", 0, 1), ("7", "effort", "2", 1, 1)]
    provided = connection.execute("select * from raw.provided_entities order by mapping").fetchall()
    assert provided == [("survey", "survey_responses", 0, "forms"), ("survey", "survey_responses", 1, "forms")]


def test_a_reference_leads_to_the_source_that_was_named_and_says_whether_that_has_the_entity(bench: Bench) -> None:
    bench.put("cases.csv", "id,who,at\n1,c1,2026-01-01\n")
    bench.put("people.csv", "id\nc1\n")
    tickets = {"from": "cases", "columns": {"ticket_id": "id", "customer_id": "who", "created_at": "at"}}
    connection, _ = mapped(
        bench,
        csv_source("crm", {"customers": {"from": "people", "columns": {"customer_id": "id"}}}, "people.csv"),
        csv_source("desk", {"tickets": tickets}, "cases.csv", references={"customers": "crm"}, time_zone="Asia/Tokyo"),
    )
    rows = connection.execute(
        "select _customers_source, _customers_are_provided, _agents_source, _agents_are_provided, _source, _time_zone "
        "from raw.tickets"
    ).fetchall()
    assert rows == [("crm", True, "desk", False, "desk", "Asia/Tokyo")]


def test_an_entity_without_a_source_has_a_view_without_rows_and_with_every_column(bench: Bench) -> None:
    bench.put("teams.csv", "id,name\n1,Ann\n")
    connection, _ = mapped(
        bench, csv_source("crm", {"teams": {"from": "teams", "columns": {"team_id": "id"}}}, "teams.csv")
    )
    for name, entity in ENTITIES.items():
        columns = {column: kind for column, kind, *_ in connection.execute(f"describe raw.{name}").fetchall()}
        assert {columns[column] for column in entity.columns} == {"VARCHAR"}, name
        assert connection.execute(f"select count(*) from raw.{name}").fetchall() == [(int(name == "teams"),)]
    assert connection.execute("select name from raw.teams").fetchall() == [(None,)], "what is not mapped is NULL"


def test_an_optional_column_that_one_file_lacks_is_null_for_its_rows_and_told(bench: Bench) -> None:
    bench.put("teams_1.csv", "id,name\n1,Ann\n")
    bench.put("teams_2.csv", "name,tier,id\nBob,2,2\n")
    described = csv_source(
        "crm", {"teams": {"from": "teams", "columns": {"team_id": "id", "tier": "tier"}}}, "teams.csv"
    )
    described["files"]["teams"]["path"] = "teams_*.csv"
    connection, warnings = mapped(bench, described)
    assert connection.execute("select team_id, tier from raw.teams order by 1").fetchall() == [("1", None), ("2", "2")]
    assert warnings == [
        "source crm, entity teams, from teams: teams_1.csv has no column tier; NULL for its rows",
    ]


@pytest.mark.parametrize("sql", ["no_such_function(name)", "name + interval 'x'", "sum(name)"])
def test_an_expression_that_does_not_run_is_told_with_its_mapping(bench: Bench, sql: str) -> None:
    bench.put("teams.csv", "id,name\n1,Ann\n")
    entity = {"from": "teams", "columns": {"team_id": "id", "name": {"sql": sql}}}
    with pytest.raises(MappingError, match="source crm, entity teams, from teams: an expression cannot be used: "):
        mapped(bench, csv_source("crm", {"teams": entity}, "teams.csv"))


def test_instants_in_a_stated_format_become_iso_8601_and_other_text_stays_as_it_came(bench: Bench) -> None:
    seen = ["31.12.2025 23:59:58", "31.02.2026 10:00:00", "2026-01-02 03:04:05", "soon", "", "1.2.2026 3:04:05"]
    bench.put("cases.csv", "id,Er'stellt\n" + "".join(f"{number},{text}\n" for number, text in enumerate(seen)))
    created = {"column": "Er'stellt", "format": "%d.%m.%Y %H:%M:%S"}
    entity = {"from": "cases", "columns": {"ticket_id": "id", "customer_id": "id", "created_at": created}}
    connection, _ = mapped(bench, csv_source("desk", {"tickets": entity}, "cases.csv"))
    rows = connection.execute("select created_at from raw.tickets order by ticket_id").fetchall()
    assert [text for (text,) in rows] == [
        "2025-12-31 23:59:58",
        "31.02.2026 10:00:00",  # not rolled over to March, and not lost
        "2026-01-02 03:04:05",
        "soon",
        None,
        "2026-02-01 03:04:05",
    ]


@pytest.mark.parametrize(
    ("text", "instant_format", "seen"),
    [
        ("31.12.2025", "%d.%m.%Y", "2025-12-31 00:00:00"),
        ("12/31/25 11:05 PM", "%m/%d/%y %I:%M %p", "2025-12-31 23:05:00"),
        # An offset makes it an instant, which says so.
        ("Wed Dec 31 23:59:58 +0200 2025", "%a %b %d %H:%M:%S %z %Y", "2025-12-31 21:59:58+00"),
        ("31.12.2025'23", "%d.%m.%Y'%H", "2025-12-31 23:00:00"),
    ],
)
def test_a_format_may_lack_the_time_or_have_an_offset(bench: Bench, text: str, instant_format: str, seen: str) -> None:
    bench.put("agents.csv", f"id,hired\n1,{text}\n")
    hired = {"column": "hired", "format": instant_format}
    entity = {"from": "agents", "columns": {"agent_id": "id", "hired_at": hired}}
    connection, _ = mapped(bench, csv_source("desk", {"agents": entity}, "agents.csv"))
    assert connection.execute("select hired_at from raw.agents").fetchall() == [(seen,)]
