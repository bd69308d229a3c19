"""JSON Lines: keys become columns, values text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.sources import jsonlines
from dagster_project.sources.errors import SourceError

if TYPE_CHECKING:
    from tests.conftest import Bench


def land(bench: Bench, *lines: str | bytes, **settings: Any) -> list[tuple[str | None, ...]]:
    encoded = [line.encode() if isinstance(line, str) else line for line in lines]
    bench.put("a.jsonl", b"\n".join(encoded))
    bench.land("a.jsonl", format="jsonl", **settings)
    return bench.values()


@pytest.mark.parametrize(
    ("written", "landed"),
    [
        ('"text"', "text"),
        ('""', ""),
        ("null", None),
        ("true", "true"),
        ("0", "0"),
        ("-7", "-7"),
        ("18446744073709551617", "18446744073709551617"),  # 2 ** 64 + 1
        ("-123456789012345678901234567890", "-123456789012345678901234567890"),
        ("12.5", "12.5"),
        ('"007"', "007"),
        ('"null"', "null"),
        (r'"a\"b\\c\/d\n\u00e9\ud83d\ude00"', 'a"b\\c/d\né😀'),
        (r'"a\u0000b"', "a\0b"),
        ('{"k": [1, {"x": null}], "t": "é"}', '{"k":[1,{"x":null}],"t":"é"}'),
        ("[ ]", "[]"),
        ('"2024-05-01T10:00:00+02:00"', "2024-05-01T10:00:00+02:00"),
    ],
)
def test_values_become_text(bench: Bench, written: str, landed: str | None) -> None:
    assert land(bench, f'{{"id":1,"v":{written}}}') == [("1", landed)]


def test_columns_are_all_keys_in_the_order_in_which_they_are_first_seen(bench: Bench) -> None:
    rows = land(bench, '{"b":1,"a":2}', '{"a":3,"c":4}', '{"d":5,"b":6}', "{}")

    assert bench.zone.parts("crm", "records")[0].columns == ("b", "a", "c", "d")
    assert rows == [("1", "2", None, None), (None, "3", "4", None), ("6", None, None, "5"), (None,) * 4]


def test_a_key_that_first_occurs_far_down_is_a_column_too(bench: Bench) -> None:
    rows = land(bench, *(['{"id":1}'] * 300_000), '{"id":2,"late":"x"}')

    assert rows[0] == ("1", None)
    assert rows[-1] == ("2", "x")
    assert [row["_position"] for row in bench.rows()] == list(range(1, 300_002))


@pytest.mark.parametrize(
    "key", ["a b", 'quo"te', "sla/sh", "til~de", "~1", "$.x", "0", "*", "[0]", "ключ", "back\\slash", "a'b"]
)
def test_a_key_may_be_any_text(bench: Bench, key: str) -> None:
    assert land(bench, json.dumps({key: "x", "id": 1})) == [("x", "1")]
    assert bench.zone.parts("crm", "records")[0].columns == (key, "id")


def test_blank_lines_are_no_records_but_count_as_lines(bench: Bench) -> None:
    rows = land(bench, "", '{"id":1}', "  \t", '{"id":2}\r', "{", "", '{"id":3}', "", "")

    assert rows == [("1",), ("2",), ("3",)]
    assert [row["_position"] for row in bench.rows()] == [1, 2, 4]
    assert bench.rejects() == [("a.jsonl", 5, "not valid JSON", "{")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id":2,"na', "not valid JSON"),
        ('{"id":2}{"id":3}', "not valid JSON"),
        ("id,name", "not valid JSON"),
        ('{"id":"\\ud800"}', "not valid JSON"),  # half a surrogate pair is no character
        ("[1,2]", "not a JSON object"),
        ('"text"', "not a JSON object"),
        ("7", "not a JSON object"),
        ("null", "not a JSON object"),
        ('{"id":2,"id":3}', "a key that stands twice"),
    ],
)
def test_a_line_that_is_no_object_is_rejected_with_its_number_and_text(bench: Bench, line: str, reason: str) -> None:
    assert land(bench, '{"id":1}', line + "\r", '{"id":4}') == [("1",), ("4",)]
    assert bench.rejects() == [("a.jsonl", 2, reason, line)]
    assert [row["_position"] for row in bench.rows()] == [1, 3]


def test_keys_that_differ_only_in_case_are_an_error(bench: Bench) -> None:
    with pytest.raises(SourceError, match=r"'Id', 'id' at positions 1, 2"):
        land(bench, '{"Id":1}', '{"id":2}')


def test_a_file_without_lines_is_landed_without_rows_and_misses_no_column(bench: Bench) -> None:
    def check(stream: str, file: str, columns: tuple[str, ...]) -> None:
        raise LookupError(columns)

    assert land(bench, "\n", check=check) == []
    (batch,) = bench.zone.batches("crm", "records")
    assert batch.manifest.files[0].counted == 0


def test_a_line_over_the_bound_is_an_error_that_names_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonlines, "MAX_LINE_BYTES", 1_000)
    monkeypatch.setattr(jsonlines, "_CHUNK_BYTES", 100)

    with pytest.raises(SourceError, match=r"line 2 is longer than 1,000 bytes"):
        land(bench, '{"id":1}', f'{{"id":"{"x" * 2000}"}}', '{"id":3}')


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SIMPLE = st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), TEXT)
OBJECTS = st.dictionaries(st.sampled_from(["id", "name", "é", "a b"]), st.one_of(SIMPLE, st.lists(SIMPLE, max_size=3)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(objects=st.lists(OBJECTS, max_size=8), ascii_only=st.booleans())
def test_any_objects_come_back_with_their_values(
    new_bench: Callable[[], Bench], objects: list[dict[str, Any]], ascii_only: bool
) -> None:
    bench = new_bench()
    land(bench, *[json.dumps(it, ensure_ascii=ascii_only) for it in objects])

    keys = dict.fromkeys(key for it in objects for key in it)
    assert len(bench.rows()) == len(objects)
    for row, expected in zip(bench.rows(), objects, strict=True):
        for key in keys:
            value, wanted = row[key], expected.get(key)
            if isinstance(wanted, str):
                assert value == wanted
            else:
                assert (None if value is None else json.loads(value)) == wanted
