"""What a mapping reads of its source, and what is said when that is not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dagster_project.landing import Part
from dagster_project.mapping import MappingError, check_file, check_stream, source_columns
from dagster_project.source_config.files import FileSource
from dagster_project.source_config.mapping import EntityMapping, Expression, InstantColumn


def part(file: str, *columns: str) -> Part:
    return Part(Path(file), load_id="load", file=file, rows=1, rejected=0, columns=columns, sha256="of the part")


def mapping(columns: dict[str, Any], **settings: Any) -> EntityMapping:
    return EntityMapping.model_validate({"from": "cases", "columns": columns, **settings})


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("trim(Customer)", ["Customer"]),
        ("case kind when 'x' then \"The Number\" else \"The Number\" || suffix end", ["kind", "The Number", "suffix"]),
        ("'email'", []),
        ("payload ->> '$.customer.id'", ["payload"]),
        ("cast(seconds as bigint) / 60", ["seconds"]),
        ("list_transform(tags, tag -> lower(tag))", ["tags"]),
        ("Größe is not null and \"Grösse\" = ''", ["Größe", "Grösse"]),
    ],
)  # fmt: skip
def test_an_expression_reads_the_columns_it_names_each_once(sql: str, columns: list[str]) -> None:
    assert sorted(source_columns(Expression(sql=sql), where="here")) == sorted(columns)


def test_a_name_and_an_instant_in_a_format_read_one_column_whatever_is_in_its_name() -> None:
    assert source_columns("Created (local) / Zeit", where="here") == ["Created (local) / Zeit"]
    assert source_columns(InstantColumn(column="a b", format="%d.%m.%Y"), where="here") == ["a b"]


def test_lineage_is_there_without_being_a_column_of_the_source() -> None:
    assert source_columns(Expression(sql="_file || '-' || _position || number"), where="here") == ["number"]


@pytest.mark.parametrize("sql", ["(select max(x) from other)", "select a", "a in (select b from c)", "from raw.tickets",
                                 "exists (select 1)", "drop table x", "a; b"])  # fmt: skip
def test_a_query_is_refused_for_a_mapping_sees_one_row(sql: str) -> None:
    with pytest.raises(MappingError, match=r"^here: .*(not a query|not a DuckDB SQL expression)"):
        source_columns(Expression(sql=sql), where="here")


@pytest.mark.parametrize("sql", ["trim(", "case when a then b", "a b c", "'open"])
def test_what_is_no_sql_is_refused_with_its_text_and_the_reason(sql: str) -> None:
    with pytest.raises(MappingError) as error:
        source_columns(Expression(sql=sql), where="source crm, entity tickets, column status")
    assert str(error.value).startswith(
        f"source crm, entity tickets, column status: {sql!r} is not a DuckDB SQL expression: "
    )


def test_a_misspelt_column_lists_the_columns_and_the_close_one() -> None:
    with pytest.raises(MappingError) as error:
        check_stream(mapping({"status": "statsu"}), [part("a.csv", "ticket", "status")], where="source desk")
    assert str(error.value) == (
        "source desk, column status: there is no column 'statsu' in any of its 1 file(s). Did you mean 'status'? "
        "There are: ticket, status. Mend the mapping, or the delimiter if the list looks odd."
    )


@pytest.mark.parametrize(
    "value", [{"sql": "lower(statsu)"}, {"column": "statsu", "format": "%d.%m.%Y"}], ids=["expression", "instant"]
)
def test_a_misspelt_column_is_found_in_whatever_reads_it(value: dict[str, str]) -> None:
    with pytest.raises(MappingError, match="column created_at: there is no column 'statsu'"):
        check_stream(mapping({"created_at": value}), [part("a.csv", "status")], where="source desk")


def test_a_misspelt_column_in_where_is_found_too() -> None:
    with pytest.raises(MappingError, match=r"column where: there is no column 'kinds'.* Did you mean 'kind'"):
        check_stream(mapping({"ticket_id": "id"}, where="kinds = 'case'"), [part("a.csv", "id", "kind")], where="desk")


def test_nothing_is_suggested_where_nothing_is_close() -> None:
    with pytest.raises(MappingError) as error:
        check_stream(mapping({"ticket_id": "number"}), [part("a.csv", "x")], where="desk")
    assert "Did you mean" not in str(error.value)


def test_names_are_found_without_regard_to_case_as_the_engine_finds_them() -> None:
    assert (
        check_stream(mapping({"ticket_id": "ID", "status": {"sql": "STATUS"}}), [part("a", "Id", "status")], where="")
        == []
    )


def test_a_column_that_only_some_files_have_is_a_warning_that_names_the_others() -> None:
    parts = [part("old.csv", "id"), part("new.csv", "id", "priority")]
    warnings = check_stream(mapping({"ticket_id": "id", "priority": "Priority"}), parts, where="source desk")
    assert warnings == ["source desk: old.csv has no column Priority; NULL for its rows"]


@pytest.fixture
def desk() -> FileSource:
    tickets = {"ticket_id": "id", "customer_id": {"sql": "trim(who)"}, "created_at": "at", "status": "state"}
    return FileSource.model_validate(
        {
            "name": "desk",
            "kind": "files",
            "files": {name: {"path": f"{name}.csv", "format": "csv"} for name in ("cases", "people")},
            "entities": {
                "tickets": {"from": "cases", "columns": tickets},
                "agents": {"from": "people", "columns": {"agent_id": "agent"}},
            },
        }
    )


def test_a_new_file_must_have_what_required_columns_are_mapped_from_and_nothing_more(desk: FileSource) -> None:
    check_file(desk, "cases", "cases.csv", ["id", "who", "at"])  # `state` is not required, `agent` another stream's
    with pytest.raises(MappingError, match=r"entity tickets, from cases, column customer_id: .* 'who' in cases\.csv"):
        check_file(desk, "cases", "cases.csv", ["id", "at", "state"])
    with pytest.raises(MappingError, match="entity agents, from people, column agent_id"):
        check_file(desk, "people", "people.csv", ["id"])
