"""Bad input: each fault is reported with file, line and text, and costs no other row."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from dagster_project.sources.errors import SourceError

if TYPE_CHECKING:
    from tests.conftest import Bench

HEADER = "id,name"
UNDECODABLE = "\ufdd0"


def records(first: int, last: int) -> list[str]:
    return [f"{number},name {number}" for number in range(first, last + 1)]


def ids(bench: Bench) -> list[int]:
    return [int(row["id"]) for row in bench.rows()]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (2, "text after a closing quote"),
        (501, "text after a closing quote"),
        (1001, "a quote or escape that nothing closes before the end of the file"),
    ],
    ids=["first record", "in the middle", "last record"],
)
def test_an_unclosed_quote_costs_exactly_its_own_line(bench: Bench, line: int, reason: str) -> None:
    lines = [HEADER, *records(1, 1000)]
    lines[line - 1] = f'{line - 1},"never closed'
    lines[700] = '700,"properly ""quoted"""'
    bench.put("a.csv", "\n".join(lines) + "\n")
    bench.land("a.csv")

    assert bench.rejects() == [("a.csv", line, reason, f'{line - 1},"never closed')]
    assert ids(bench) == [number for number in range(1, 1001) if number != line - 1]
    assert [row["_position"] for row in bench.rows()] == ids(bench)  # the reject has used up its position
    assert ("700", 'properly "quoted"') in bench.values()


def test_an_unclosed_quote_in_a_file_without_any_other_quote_costs_one_line(bench: Bench) -> None:
    bench.put("a.csv", "\n".join([HEADER, *records(1, 9), '10,"never closed', *records(11, 50_000)]))
    bench.land("a.csv")

    assert [(line, text) for _, line, _, text in bench.rejects()] == [(11, '10,"never closed')]
    assert ids(bench) == [*range(1, 10), *range(11, 50_001)]


def test_an_unclosed_quote_in_the_header_is_an_error_that_shows_it(bench: Bench) -> None:
    bench.put("a.csv", 'id,"name\n1,x\n')

    with pytest.raises(SourceError, match=r"file 'a\.csv': line 1: the header cannot be parsed: a quote.*'id,\"name'"):
        bench.land("a.csv")


def test_a_wrong_delimiter_shows_as_missing_columns_before_anything_is_landed(bench: Bench) -> None:
    bench.put("a.csv", "id;name\n1;Ann\n")

    def check(stream: str, file: str, columns: tuple[str, ...]) -> None:
        if "id" not in columns:
            raise LookupError(f"{stream}, {file}: no column 'id'; there are {columns}")

    with pytest.raises(LookupError, match=r"records, a\.csv: no column 'id'; there are \('id;name',\)"):
        bench.land("a.csv", check=check)
    assert bench.zone.batches("crm", "records") == []

    bench.land("a.csv", check=check, delimiter=";")
    assert bench.values() == [("1", "Ann")]


def test_records_with_too_many_or_too_few_fields_are_rejected_and_no_other(bench: Bench) -> None:
    bench.put("a.csv", "id,name\n1,Ann\n2,Bob, Jr\n3\n4,Dan,\n5,Eve\n")
    bench.land("a.csv")

    assert bench.rejects() == [
        ("a.csv", 3, "3 field(s) where there are 2 columns", "2,Bob, Jr"),
        ("a.csv", 4, "1 field(s) where there are 2 columns", "3"),
        ("a.csv", 5, "3 field(s) where there are 2 columns", "4,Dan,"),
    ]
    assert bench.values() == [("1", "Ann"), ("5", "Eve")]


def test_columns_may_be_renamed_added_and_reordered_from_file_to_file(bench: Bench) -> None:
    bench.put("a.csv", "id,name\n1,Ann\n")
    bench.put("b.csv", "name,team,id\nBob,x,2\n")
    bench.put("c.csv", "id,full_name\n3,Cid\n")
    seen = {}
    bench.land("*.csv", check=lambda _, file, columns: seen.update({file: columns}))

    assert seen == {"a.csv": ("id", "name"), "b.csv": ("name", "team", "id"), "c.csv": ("id", "full_name")}
    parts = [str(part.path) for part in bench.zone.parts("crm", "records")]
    united = duckdb.execute(
        "select id, name, team, full_name from read_parquet($parts, union_by_name = true) order by id", {"parts": parts}
    ).fetchall()
    assert united == [("1", "Ann", None, None), ("2", "Bob", "x", None), ("3", None, None, "Cid")]


def test_a_broken_json_line_is_rejected_and_costs_no_other_row(bench: Bench) -> None:
    lines = [json.dumps({"id": number, "name": f"name {number}"}) for number in range(1, 1001)]
    lines[499] = '{"id": 500, "na'
    bench.put("a.jsonl", "\n".join(lines))
    bench.land("a.jsonl", format="jsonl")

    assert bench.rejects() == [("a.jsonl", 500, "not valid JSON", '{"id": 500, "na')]
    assert ids(bench) == [number for number in range(1, 1001) if number != 500]


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_latin_1_read_as_utf_8_lands_every_row_and_marks_the_bytes(bench: Bench, format_: str) -> None:
    text = "id,name\n1,Ann\n2,très\n3,Cid\n" if format_ == "csv" else '{"id":1,"name":"Ann"}\n{"id":2,"name":"très"}\n'
    bench.put("a.txt", text.encode("latin-1"))
    bench.land("a.txt", format=format_)

    assert bench.values()[:2] == [("1", "Ann"), ("2", f"tr{UNDECODABLE}e8s")]
    assert len(bench.values()) == (3 if format_ == "csv" else 2)
    assert bench.rejects() == []


def test_utf_16_read_as_utf_8_is_an_error_that_asks_for_the_encoding(bench: Bench) -> None:
    bench.put("a.csv", "id,name\n1,Ann\n".encode("utf-16"))

    with pytest.raises(SourceError, match=r"file 'a\.csv': the name of column 1 holds a NUL .* state .*`encoding`"):
        bench.land("a.csv")
    assert bench.zone.batches("crm", "records") == []


def test_utf_16_json_read_as_utf_8_is_all_rejects_without_columns(bench: Bench) -> None:
    bench.put("a.jsonl", '{"id":1}\n{"id":2}\n'.encode("utf-16-le"))
    seen = []
    bench.land("a.jsonl", format="jsonl", check=lambda *arguments: seen.append(arguments))

    assert seen == [("records", "a.jsonl", ())]
    assert [(line, reason) for _, line, reason, _ in bench.rejects()] == [
        (1, "not valid JSON"),
        (2, "not valid JSON"),
        (3, "not valid JSON"),  # the second byte of the last line end
    ]


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_an_empty_file_where_a_header_is_expected_is_an_error(bench: Bench, content: str) -> None:
    bench.put("a.csv", content)

    with pytest.raises(SourceError, match=r"file 'a\.csv': is empty where a header is expected.*`header: false`"):
        bench.land("a.csv")


@pytest.mark.parametrize("content", ["id,name", "id,name\n", "id,name\r\n\r\n"])
def test_a_header_only_is_a_batch_without_rows(bench: Bench, content: str) -> None:
    bench.put("a.csv", content)
    (batch,) = bench.land("a.csv")

    (landed,) = batch.manifest.files
    assert (landed.rows, landed.rejected, landed.counted, landed.columns) == (0, 0, 0, ("id", "name"))
    assert bench.rows() == []


def test_a_duplicate_header_is_an_error_that_names_columns_and_positions(bench: Bench) -> None:
    bench.put("a.csv", "id,name,ID,mail,name\n1,2,3,4,5\n")

    with pytest.raises(SourceError, match=r"'id', 'ID' at positions 1, 3; 'name', 'name' at positions 2, 5"):
        bench.land("a.csv")


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_a_text_of_20_mb_is_landed_whole_between_its_neighbours(bench: Bench, format_: str) -> None:
    text = "0123456789, \n" * (20 * 2**20 // 13)
    lines = ["1,Ann", f'2,"{text}"', "3,Cid"]
    if format_ == "jsonl":
        lines = [json.dumps({"id": number, "name": name}) for number, name in ((1, "Ann"), (2, text), (3, "Cid"))]
    bench.put("a.txt", "\n".join([HEADER, *lines] if format_ == "csv" else lines))
    bench.land("a.txt", format=format_)

    assert bench.values() == [("1", "Ann"), ("2", text), ("3", "Cid")]


def test_nul_characters_are_landed(bench: Bench) -> None:
    bench.put("a.csv", b'id,name\n1,a\0b\n2,"\0"\n\0003,c\n')
    bench.put("b.jsonl", b'{"id":4,"name":"a\\u0000b"}\n{"id":5,"name":"raw \0"}\n')
    bench.land_streams(records={"format": "csv", "path": "a.csv"}, lines={"format": "jsonl", "path": "b.jsonl"})

    assert bench.values() == [("1", "a\0b"), ("2", "\0"), ("\0003", "c")]
    assert bench.values("lines") == [("4", "a\0b")]
    # JSON does not allow a NUL byte as it is
    assert bench.rejects("lines") == [("b.jsonl", 2, "not valid JSON", '{"id":5,"name":"raw \0"}')]


def test_lone_surrogates_are_undecodable_bytes_in_csv_and_a_reject_in_json(bench: Bench) -> None:
    bench.put("a.csv", b"id,name\n1,a\xed\xa0\xbdb\n2,c\n")
    bench.put("b.jsonl", '{"id":1,"name":"a\\ud83d"}\n{"id":2,"name":"\\ud83d\\ude00"}\n')
    bench.land_streams(records={"format": "csv", "path": "a.csv"}, lines={"format": "jsonl", "path": "b.jsonl"})

    assert bench.values() == [("1", f"a{UNDECODABLE}ed{UNDECODABLE}a0{UNDECODABLE}bdb"), ("2", "c")]
    assert bench.values("lines") == [("2", "😀")]
    assert bench.rejects("lines") == [("b.jsonl", 1, "not valid JSON", '{"id":1,"name":"a\\ud83d"}')]


def test_mixed_line_ends_end_records_and_a_record_broken_without_quotes_is_two_rejects(bench: Bench) -> None:
    bench.put("a.csv", 'id,name,mail\r\n1,Ann,x\n2,"B\r\no\nb",y\r3,Cid,z\r\n4,broken\nover two,v\n5,Eve,w')
    bench.land("a.csv")

    assert bench.values() == [("1", "Ann", "x"), ("2", "B\r\no\nb", "y"), ("3", "Cid", "z"), ("5", "Eve", "w")]
    assert bench.rejects() == [
        ("a.csv", 7, "2 field(s) where there are 3 columns", "4,broken"),
        ("a.csv", 8, "2 field(s) where there are 3 columns", "over two,v"),
    ]


def test_a_first_quoted_field_on_line_180_002_is_read_like_any_other(bench: Bench) -> None:
    lines = [HEADER, *records(1, 180_000), '180001,"a, ""b""\nc"', *records(180_002, 200_000)]
    bench.put("a.csv", "\n".join(lines))
    bench.land("a.csv")

    assert ids(bench) == list(range(1, 200_001))
    assert bench.values()[180_000] == ("180001", 'a, "b"\nc')
    assert bench.rejects() == []


def test_the_rejects_of_several_files_are_told_apart(bench: Bench) -> None:
    bench.put("a.csv", "id,name\n1\n2,x\n")
    bench.put("b.csv", "id,name\n3,x\n4\n")
    (batch,) = bench.land("*.csv")

    assert [(file, line, text) for file, line, _, text in bench.rejects()] == [("a.csv", 2, "1"), ("b.csv", 3, "4")]
    assert [(it.file, it.rows, it.rejected, it.counted) for it in batch.manifest.files] == [
        ("a.csv", 1, 1, 2),
        ("b.csv", 1, 1, 2),
    ]


def real(shared_data: Path, name: str) -> Path:
    path = shared_data / name
    if not path.is_file():
        pytest.skip(f"the real data is not here: {path}")
    return path


def test_a_real_tweet_with_bare_carriage_returns_is_two_rejects_and_costs_no_other_tweet(
    bench: Bench, shared_data: Path
) -> None:
    path = real(shared_data, "social/twcs_head.csv")
    bench.land(str(path))

    rejects = bench.rejects()
    assert [(file, line) for file, line, _, _ in rejects] == [
        ("social/twcs_head.csv", 2589),
        ("social/twcs_head.csv", 2591),
    ]
    assert rejects[0][3].startswith("2484,3399,116510,True,")
    assert len(bench.rows()) == 4_999
    # every other record begins with its own number
    assert {int(row["column_1"]) for row in bench.rows()} == set(range(5_000)) - {2484}


def test_where_lf_is_stated_that_tweet_keeps_its_carriage_returns(bench: Bench, shared_data: Path) -> None:
    path = real(shared_data, "social/twcs_head.csv")
    bench.land(str(path))  # the two rejects of before are no longer in force
    (batch,) = bench.land(str(path), line_ending="lf")

    assert batch.rejects is None
    assert [(part.rows, part.rejected) for part in bench.zone.parts("crm", "records")] == [(5_000, 0)]
    assert [int(row["column_1"]) for row in bench.rows()] == list(range(5_000))
    (broken,) = [row for row in bench.rows() if row["_position"] == 2_485]
    assert broken["text"].startswith("@AskPayPal \r\rI just love the start of email")
    assert (broken["response_tweet_id"], broken["in_response_to_tweet_id"]) == ("3398", "")


def test_a_real_survey_in_latin_1_gives_its_published_score_and_loses_no_row_as_utf_8(
    bench: Bench, shared_data: Path
) -> None:
    path = real(shared_data, "surveys/nps_fr_retail.csv")
    bench.land_streams(
        records={"format": "csv", "path": str(path), "encoding": "latin-1"},
        misread={"format": "csv", "path": str(path)},
    )

    scores = Counter(int(row["nps"]) for row in bench.rows() if row["nps"] != "NA")
    promoters, detractors = scores[9] + scores[10], sum(scores[score] for score in range(7))
    assert (len(bench.rows()), scores.total()) == (13_954, 13_612)
    assert round(100 * (promoters - detractors) / scores.total(), 2) == 53.42

    misread = bench.rows("misread")
    assert [row["id"] for row in misread] == [row["id"] for row in bench.rows()]
    marks = sum(str(value).count(UNDECODABLE) for row in misread for value in row.values())
    assert marks == sum(byte >= 0x80 for byte in path.read_bytes())
