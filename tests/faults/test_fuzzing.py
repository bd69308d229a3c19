"""Fuzzing: whatever is put in, a reader lands every record or says why not, a mapping is used or refused, and what
identifies a person is taken out of a text.

A few examples in `make test`; in `make faults` $CARELOOP_FUZZ_MINUTES in all, with others every time round. What was
found once stands in a list above its test.
"""

from __future__ import annotations

import os
import time
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
from hypothesis import HealthCheck, example, given, seed, settings
from hypothesis import strategies as st

from dagster_project.config import load_settings
from dagster_project.landing import LandingZone, Part
from dagster_project.mapping import MappingError
from dagster_project.raw import create_raw_views
from dagster_project.source_config.mapping import EntityMapping
from dagster_project.sources.errors import SourceError
from dagster_project.sources.files import extract
from tests.companies import configuration, source
from tests.conftest import Bench
from tests.macros import rendered
from tests.security.identifiers import IDENTIFIERS

MINUTES = float(os.environ.get("CARELOOP_FUZZ_MINUTES") or 0)
EXAMPLES = 200 if MINUTES else 12
TESTS = 4
# No deadline an example: a slow machine is no defect.
QUICK = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


def fuzzed(property_: Callable[..., None], *inputs: st.SearchStrategy[Any], examples: Sequence[Any] = ()) -> None:
    """Try a property on one set of inputs, and on further ones until the time is up."""
    started, number = time.monotonic(), 0
    while number == 0 or time.monotonic() - started < MINUTES * 60 / TESTS:
        tried = given(*inputs)(property_)
        for it in examples:
            tried = example(it)(tried)
        seed(number)(settings(QUICK, max_examples=EXAMPLES)(tried))()
        number += 1


# Pieces that mean something to a reader, and bytes that mean nothing.
CSV_PIECES = [b",", b'"', b'""', b"\n", b"\r\n", b"\r", b"id", b"name", b"1", b";", b"\\", b"\0", b"\xff", b"\xc3\xa9"]
JSON_PIECES = [*rb"""{ } "a": "b": 1 1e400 [ ] , null "x" "\ud83d" """.split(), b"\n", b"\r", b" ", b"\xff", b"\0"]


def content(pieces: list[bytes]) -> st.SearchStrategy[bytes]:
    return st.lists(st.sampled_from(pieces) | st.binary(max_size=3), max_size=60).map(b"".join)


def land_and_check(bench: Bench, data: bytes, **described: object) -> None:
    """Every record is a row or a reject, the file is landed once, and the same bytes give the same batch."""
    bench.put("a.txt", data)
    source = bench.source(records={"path": "a.txt", "extracted_at": "2026-07-01T00:00:00Z", **described})
    zones = [bench.zone, LandingZone(bench.folder / "again")]
    landed, refusals = [], []
    for zone in zones:
        try:
            landed.append(extract(source, zone, config_folder=bench.folder, check=lambda *_: None))
        except SourceError as error:
            refusals.append(str(error))
            landed.append([])
    assert all("a.txt" in refusal for refusal in refusals)
    first, second = ([batch.manifest for batch in batches] for batches in landed)
    assert first == second
    for batch in landed[0]:
        (file,) = batch.manifest.files
        assert file.rows + file.rejected == file.counted
        assert pq.read_table(batch.folder / file.part).num_rows == file.rows
        assert (pq.read_table(batch.rejects).num_rows if batch.rejects else 0) == file.rejected
        assert extract(source, bench.zone, config_folder=bench.folder, check=lambda *_: None) == []


def test_any_bytes_are_landed_as_csv_or_refused_with_a_reason(new_bench: Callable[[], Bench]) -> None:
    def landed(data: bytes, delimiter: str, quote: str | None, encoding: str, line_ending: str) -> None:
        dialect = {"delimiter": delimiter, "quote": quote, "encoding": encoding, "line_ending": line_ending}
        land_and_check(new_bench(), data, format="csv", **dialect)

    fuzzed(
        landed,
        content(CSV_PIECES),
        st.sampled_from([",", ";", "\t"]),
        st.sampled_from(['"', "'", None]),
        st.sampled_from(["utf-8", "utf-8-sig", "latin-1", "utf-16", "gb18030"]),
        st.sampled_from(["any", "lf", "crlf"]),
    )


def test_any_bytes_are_landed_as_json_lines_or_refused_with_a_reason(new_bench: Callable[[], Bench]) -> None:
    def landed(data: bytes, encoding: str) -> None:
        land_and_check(new_bench(), data, format="jsonl", encoding=encoding)

    fuzzed(landed, content(JSON_PIECES), st.sampled_from(["utf-8", "utf-8-sig", "latin-1", "utf-16"]))


SQL_PIECES = [
    *("id", '"name"', "row", "1", "1.5", "'x'", "null", "true", "(", ")", ",", ";", "--", "/*", "*/", "$$", "'", '"'),
    *("+", "-", "||", "=", "and", "or", "not", "is null", "::", "varchar", "case when", "then", "else", "end", "as"),
    *("upper(", "coalesce(", "count(*)", "sum(", "over ()", "unnest(", "range(", "[", "]", "{", "}", ":", "->", "."),
    *("select", "from", "union all", "t", "where", "limit 0", "*", "?", "$1", "in", "between", "exists", "distinct"),
]


FOUND = [
    "id ) , ( name",
    "id) from t union all select (name",
    "id --",
    "count(*)",
    "unnest([id, name])",
    "->",
    "sum(1) over ()",
]


def test_any_text_is_a_mapped_expression_of_one_value_a_row_or_refused(tmp_path: Path) -> None:
    part = tmp_path / "part.parquet"
    lineage = "'desk' as _source, 'a' as _load_id, now()::timestamp as _extracted_at, 'f' as _file, i as _position"
    connection = duckdb.connect()
    connection.execute(f"copy (select {lineage}, 'k' || i as id, 'n' as name from range(3) as r (i)) to '{part}'")
    teams = source(tmp_path, "desk", {"teams": ["team_id,name", "t1,Support"]})
    settings_ = load_settings(configuration(tmp_path, [teams]))
    landed = Part(part, "a", "f", 3, 0, ("id", "name"), "of the part")

    def used(text: str) -> None:
        mapping = EntityMapping.model_validate({"from": "teams", "columns": {"team_id": {"sql": text}}})
        settings_.sources[0].entities["teams"] = [mapping]
        try:
            create_raw_views(connection, settings_, {("desk", "teams"): [landed]})
            found = connection.execute("select _position from raw.teams order by 1").fetchall()
        except (MappingError, duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException):
            return
        assert found == [(0,), (1,), (2,)], text

    pieces = st.lists(st.sampled_from(SQL_PIECES) | st.text(max_size=3), min_size=1, max_size=12)
    fuzzed(used, pieces.map(" ".join).filter(bool), examples=FOUND)


# What may stand beside an identifier: something that is no part of a word.
BESIDE = [" ", "\n", "\t", ", ", ": ", "; ", " (", ") ", "，", "。", "：", "、", "“", "请", "是"]
# DuckDB takes texts without NUL characters and surrogates; staging quarantines such rows.
PROSE = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


def compact(text: str) -> str:
    return "".join(it for it in unicodedata.normalize("NFKC", text) if it.isalnum()).lower()


def test_no_text_keeps_an_identifier_and_what_is_redacted_stays_as_it_is() -> None:
    connection = duckdb.connect()
    expression = rendered("redacted('t')", "portable/text.sql", "staging/redaction.sql")
    connection.execute(f"create macro redact(t) as {expression}")

    def redacted(text: str) -> str:
        (found,) = connection.execute("select redact(t) from (select ?::varchar as t)", [text]).fetchone() or ()
        return str(found)

    def taken_out(pieces: list[tuple[str, str, str, str]]) -> None:
        found = redacted("".join(map("".join, pieces)))
        for _, _, identifier, _ in pieces:
            assert compact(identifier) not in compact(found), (identifier, found)
        assert redacted(found) == found

    beside = st.sampled_from(BESIDE)
    fuzzed(taken_out, st.lists(st.tuples(PROSE, beside, IDENTIFIERS, beside), max_size=4))
