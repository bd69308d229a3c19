"""Delimited text comes back exactly as it was written."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from dagster_project.manifest import LandingError
from dagster_project.sources import delimited
from dagster_project.sources.errors import SourceError

if TYPE_CHECKING:
    from tests.conftest import Bench

# Any text but lone surrogates, which no file can hold; the special ones more often than chance would have them.
SPECIAL = st.sampled_from("\"'\\,;|\t\n\r \0é😀\ufeff\u2028a1")
TEXTS = st.text(st.one_of(SPECIAL, st.characters(exclude_categories=["Cs"])), max_size=12)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.tuples(st.just(width), st.lists(st.tuples(*[TEXTS] * width), max_size=6))
)
DIALECTS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from([",", ";", "\t", "|", "§", " "]),
        "quote": st.sampled_from(['"', "'", None]),
        "escape": st.sampled_from([None, "\\"]),
        "encoding": st.sampled_from(["utf-8", "utf-16", "utf-8-sig", "gb18030"]),
        "header": st.booleans(),
    }
)


def written(rows: list[tuple[str, ...]], dialect: dict[str, Any], quoting: int, line_end: str, path: Any) -> bool:
    """Write rows with Python's csv writer; False where the dialect cannot express them."""
    with path.open("w", encoding=dialect["encoding"], newline="") as file:
        writer = csv.writer(
            file,
            delimiter=dialect["delimiter"],
            quotechar=dialect["quote"],
            doublequote=dialect["escape"] is None,
            escapechar=dialect["escape"],
            quoting=csv.QUOTE_NONE if dialect["quote"] is None else quoting,
            lineterminator=line_end,
        )
        try:
            writer.writerows(rows)
        except csv.Error:
            return False
    return True


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(
    table=TABLES,
    dialect=DIALECTS,
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
)
@example(  # DuckDB drops the blank and the quotes
    table=(2, [(' "x"', "y")]),
    dialect={"delimiter": ",", "quote": "'", "escape": None, "encoding": "utf-8", "header": True},
    quoting=csv.QUOTE_MINIMAL,
    line_end="\n",
)
def test_any_table_comes_back_exactly_whatever_the_dialect(
    new_bench: Callable[[], Bench],
    table: tuple[int, list[tuple[str, ...]]],
    dialect: dict[str, Any],
    quoting: int,
    line_end: str,
) -> None:
    width, rows = table
    if quoting == csv.QUOTE_MINIMAL or dialect["quote"] is None:
        # Python 3.11 writes a bare CR or LF unquoted if it is not its line end, so that no reader can tell it from one.
        rows = [row for row in rows if not any(mark in text for mark in "\r\n" for text in row)]
        # It also writes nothing at all for a single empty field without quotes, which is a blank line.
        rows = [row for row in rows if dialect["quote"] is not None or row != ("",)]
    names = tuple(f"c{number}" for number in range(width))
    stated = dialect if dialect["header"] else {**dialect, "columns": list(names)}
    bench = new_bench()
    lines = [names, *rows] if dialect["header"] else rows
    if lines and lines[0][0].startswith("\ufeff"):
        lines = lines[1:]  # a file's first character, were it this one, would be its byte-order mark
        rows = rows[1:]
    if not written(lines, dialect, quoting, line_end, bench.folder / "table.csv"):
        return

    bench.land("table.csv", **stated)

    assert bench.values() == rows
    assert bench.rejects() == []


def stated(text: str, line_end: str, escape: str | None) -> str:
    """Write a field with as few quotes or escapes as the line end allows."""
    special = [",", '"', line_end]
    if escape and text:
        for mark in [escape, *special]:
            text = text.replace(mark, escape + mark)
        return text
    return '"' + text.replace('"', '""') + '"' if not text or any(mark in text for mark in special) else text


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    table=TABLES,
    line_ending=st.sampled_from(["lf", "crlf"]),
    escape=st.sampled_from([None, "\\"]),
    ends_with_line_end=st.booleans(),
)
@example(table=(2, [("1", "a \r\rb"), ("\r", "c\r")]), line_ending="lf", escape=None, ends_with_line_end=True)
@example(table=(2, [("1", "a \n\nb"), ("\n", "c\r")]), line_ending="crlf", escape=None, ends_with_line_end=False)
def test_where_a_line_end_is_stated_any_field_may_hold_the_others_without_quotes(
    new_bench: Callable[[], Bench],
    table: tuple[int, list[tuple[str, ...]]],
    line_ending: str,
    escape: str | None,
    ends_with_line_end: bool,
) -> None:
    width, rows = table
    line_end = {"lf": "\n", "crlf": "\r\n"}[line_ending]
    names = tuple(f"c{number}" for number in range(width))
    lines = [",".join(stated(text, line_end, escape) for text in row) for row in [names, *rows]]
    bench = new_bench()
    # An escaped line end that is the last of the file is an escape that nothing closes, and a reject.
    bench.put("table.csv", line_end.join(lines) + line_end * (ends_with_line_end or escape is not None))

    bench.land("table.csv", line_ending=line_ending, escape=escape)

    assert bench.values() == rows
    assert bench.rejects() == []


@pytest.mark.parametrize(
    ("line_ending", "line_end", "values"),
    [
        ("lf", "\n", [("1\rx",), ("2\r",), ("3",)]),
        ("lf", "\n", [("\r",), ("\r\r",), ("3",)]),
        ("crlf", "\r\n", [("1\nx",), ("2\n",), ("3",)]),
        ("crlf", "\r\n", [("1\rx",), ("2\r",), ("3",)]),
        ("crlf", "\r\n", [("\n",), ("\r",), ("3",)]),
    ],
)
def test_duckdb_is_not_asked_where_a_cr_or_lf_does_not_end_a_line(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, line_ending: str, line_end: str, values: list[tuple[str]]
) -> None:
    monkeypatch.delattr(delimited, "_copy")
    bench.put("a.csv", line_end.join(["id", *(value for (value,) in values), ""]))
    bench.land("a.csv", line_ending=line_ending)

    assert bench.values() == values


def test_lines_are_counted_whatever_block_of_the_file_their_ends_fall_into(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * (2**20 - 1) + b"\r\n" + b"y" * (2**20 - 2) + b"\n\rz\r")

    assert [delimited._count_lines(path, it)[0] for it in ("any", "lf", "crlf")] == [4, 3, 2]


def test_a_line_end_that_falls_between_two_blocks_is_one(bench: Bench) -> None:
    text = "a" * (2**20 - len("id\r\n") - 1)
    bench.put("a.csv", f"id\r\n{text}\r\nb\nb\r\n")
    bench.land("a.csv", line_ending="crlf")

    assert bench.values() == [(text,), ("b\nb",)]


def test_a_file_with_crlf_for_which_lf_is_stated_shows_as_a_column_with_a_carriage_return(bench: Bench) -> None:
    bench.put("a.csv", "id,name\r\n1,Ann\r\n")
    bench.land("a.csv", line_ending="lf")

    assert bench.zone.parts("crm", "records")[0].columns == ("id", "name\r")
    assert bench.values() == [("1", "Ann\r")]


def test_both_an_empty_and_a_quoted_empty_field_are_an_empty_text(bench: Bench) -> None:
    bench.put("a.csv", 'id,name\n1,\n2,""\n')
    bench.land("a.csv")

    assert bench.values() == [("1", ""), ("2", "")]


def test_blanks_around_a_field_and_around_quotes_are_kept(bench: Bench) -> None:
    bench.put("a.csv", 'id,name\n 1 , "x" \n')
    bench.land("a.csv")

    assert bench.values() == [(" 1 ", ' "x" ')]


def test_words_that_look_like_nothing_numbers_or_comments_stay_as_they_are(bench: Bench) -> None:
    bench.put("a.csv", "id,name\n007,NULL\n#1,null\n1e5,NA\n")
    bench.land("a.csv")

    assert bench.values() == [("007", "NULL"), ("#1", "null"), ("1e5", "NA")]


def test_blank_lines_are_no_records(bench: Bench) -> None:
    bench.put("a.csv", "\nid,name\n\n1,x\n\r\n2,y\n\n")
    bench.land("a.csv")

    assert bench.values() == [("1", "x"), ("2", "y")]
    assert bench.rejects() == []


def test_blank_lines_in_a_file_of_one_column_are_no_records_but_quoted_empty_texts_are(bench: Bench) -> None:
    bench.put("a.csv", 'id\n1\n\n""\n2\n')
    bench.land("a.csv")

    assert bench.values() == [("1",), ("",), ("2",)]


def test_column_names_are_kept_exactly_and_a_column_without_name_is_called_by_its_position(bench: Bench) -> None:
    bench.put("a.csv", '"","Ticket ""ID""", größe ,select,a.b\n1,2,3,4,5\n')
    bench.land("a.csv")

    (part,) = bench.zone.parts("crm", "records")
    assert part.columns == ("column_1", 'Ticket "ID"', " größe ", "select", "a.b")
    assert pq.read_schema(part.path).names[:5] == list(part.columns)
    assert bench.values() == [("1", "2", "3", "4", "5")]


def test_a_column_name_may_be_quoted_over_two_lines(bench: Bench) -> None:
    bench.put("a.csv", 'id,"first\nname"\n1,Ann\n')
    bench.land("a.csv")

    assert bench.zone.parts("crm", "records")[0].columns == ("id", "first\nname")
    assert bench.values() == [("1", "Ann")]


@pytest.mark.parametrize("name", ["_source", "_Load_ID", "_position"])
def test_a_column_that_is_named_like_lineage_is_an_error(bench: Bench, name: str) -> None:
    bench.put("a.csv", f"id,{name}\n1,2\n")

    with pytest.raises(SourceError, match=rf"file 'a\.csv': column '{name}' at position 2 .* lineage"):
        bench.land("a.csv")


def test_other_names_may_start_with_an_underscore(bench: Bench) -> None:
    bench.put("a.csv", "_id,_\n1,2\n")
    bench.land("a.csv")

    assert bench.values() == [("1", "2")]


def test_a_file_without_header_has_the_stated_columns(bench: Bench) -> None:
    bench.put("a.csv", "1,Ann\n2\n3,Cid\n")
    bench.put("b.csv", "")
    bench.land("*.csv", header=False, columns=["id", "name"])

    assert bench.values() == [("1", "Ann"), ("3", "Cid")]
    assert [reject[:3] for reject in bench.rejects()] == [("a.csv", 2, "1 field(s) where there are 2 columns")]


def test_an_escape_works_inside_and_outside_of_quotes(bench: Bench) -> None:
    bench.put("a.csv", 'id,name\n1,a\\,b\n2,"a\\"b\\\\"\n3,a\\"b\n')
    bench.land("a.csv", escape="\\")

    assert bench.values() == [("1", "a,b"), ("2", 'a"b\\'), ("3", 'a"b')]


def test_without_a_quote_character_quotes_are_text(bench: Bench) -> None:
    bench.put("a.csv", 'id,name\n1,5" pipe\n"2,"x"\n')
    bench.land("a.csv", quote=None)

    assert bench.values() == [("1", '5" pipe'), ('"2', '"x"')]


@pytest.mark.parametrize(
    ("content", "line_ending"),
    [
        (b"id,name\n1,x\n2,y", "any"),
        (b'id,name\r\n1,"x, ""y""\r\nz"\r\n2,y\r\n', "any"),
        (b"\xef\xbb\xbfid,name\n1,\xff\0\n\n2,\n", "any"),
        (b"id,name\n1,x\n2," + b"y" * 5_000_000 + b"\n", "any"),
        (b'id,name\n1,"x\ny"\n2,y', "lf"),
        (b'id,name\r\n1,"x\r\ny"\r\n2,y', "crlf"),
    ],
    ids=["plain", "quoted", "odd bytes", "long", "lf", "crlf"],
)
def test_sound_files_are_read_by_duckdb_and_not_row_by_row(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, content: bytes, line_ending: str
) -> None:
    monkeypatch.delattr(delimited, "_write_carefully")
    bench.put("a.csv", content)
    bench.land("a.csv", line_ending=line_ending)

    assert [row["id"] for row in bench.rows()] == ["1", "2"]


@pytest.mark.parametrize(
    "dialect", [{"delimiter": '"'}, {"delimiter": "\\", "escape": "\\"}, {"delimiter": "\n"}, {"quote": "\r"}]
)
def test_a_dialect_whose_characters_cannot_be_told_apart_is_refused(bench: Bench, dialect: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="must differ from `quote` and `escape`, and none may be a line break"):
        bench.land("a.csv", **dialect)


@pytest.mark.parametrize("mistake", ["drops the last row", "drops a character", "fails"])
def test_where_duckdb_reads_something_else_the_careful_reader_decides(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, mistake: str
) -> None:
    broken = {
        "drops the last row": "(select * from {} limit 1)",
        "drops a character": "(select c0, left(c1, 2) as c1 from {})",
        "fails": "(select c0, error('no') as c1 from {})",
    }[mistake]
    copy = delimited.Target.copy
    monkeypatch.setattr(
        delimited.Target,
        "copy",
        lambda *arguments, relation, **keywords: copy(*arguments, relation=broken.format(relation), **keywords),
    )
    bench.put("a.csv", "id,name\n1,Ann\n2,Bob\n")
    bench.land("a.csv")

    assert bench.values() == [("1", "Ann"), ("2", "Bob")]
    assert [row["_position"] for row in bench.rows()] == [1, 2]


def test_a_file_that_both_readers_disagree_on_to_the_end_is_not_landed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "_copy", lambda *_: 1)
    bench.put("a.csv", "id,name\n1,Ann\n2,Bob\n")

    with pytest.raises(LandingError, match=r"1 rows and 0 rejects were read, where .* finds 2 records"):
        bench.land("a.csv")
    assert bench.zone.batches("crm", "records") == []


def test_lines_that_no_record_accounts_for_are_an_error(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited.Records, "__iter__", lambda _: iter([["id", "name"], ["1", "Ann"]]))
    bench.put("a.csv", "id,name\n1,Ann\n2,Bob\n")

    with pytest.raises(SourceError, match=r"3 lines were counted, but the records read account for 0"):
        bench.land("a.csv")
