"""The careful reader: what it takes for a record, and how much work a broken file may cause."""

from __future__ import annotations

import io
from typing import Any

import pytest

from dagster_project.source_config.files import CsvFiles
from dagster_project.sources import records
from dagster_project.sources.errors import SourceError
from dagster_project.sources.records import NEWLINES, Records, Reject


def opened(text: str, **dialect: Any) -> Records:
    settings = CsvFiles(format="csv", path=["x"], **dialect)
    content = io.BytesIO(text.encode())
    return Records(io.TextIOWrapper(content, encoding="utf-8", newline=NEWLINES[settings.line_ending]), settings)


def read(text: str, width: int | None = 2, **dialect: Any) -> list[list[str] | Reject]:
    reader = opened(text, **dialect)
    reader.width = width
    return list(reader)


def test_a_record_may_span_lines_inside_quotes() -> None:
    assert read('1,"a\nb\r\nc\rd"\n2,x') == [["1", "a\nb\r\nc\rd"], ["2", "x"]]


def test_every_kind_of_line_end_ends_a_record() -> None:
    assert read("1,a\n2,b\r\n3,c\r4,d") == [["1", "a"], ["2", "b"], ["3", "c"], ["4", "d"]]


def test_where_lf_is_stated_every_other_carriage_return_is_data() -> None:
    found = read('\r1,a\rb\n2,"c\r\nd"\n3,e\r\n4,\r\r', line_ending="lf")

    assert found == [["\r1", "a\rb"], ["2", "c\r\nd"], ["3", "e\r"], ["4", "\r\r"]]


def test_where_crlf_is_stated_a_bare_cr_or_lf_is_data() -> None:
    found = read('\n1,a\nb\rc\r\n2,"d\r\ne"\r\n3,f\r\r\n4,\n\n', line_ending="crlf")

    assert found == [["\n1", "a\nb\rc"], ["2", "d\r\ne"], ["3", "f\r"], ["4", "\n\n"]]


def test_an_escape_before_a_stated_line_end_makes_all_of_it_data() -> None:
    assert read("1,a\\\r\nb\r\n2,c\\\\\r\n", line_ending="crlf", escape="\\") == [["1", "a\r\nb"], ["2", "c\\"]]
    assert read("1,a\\\nb\n2,c\\\r\n", line_ending="lf", escape="\\") == [["1", "a\nb"], ["2", "c\r"]]


def test_a_reject_is_a_whole_line_of_the_stated_kind_without_its_end() -> None:
    assert read('1,"a"\r\n\r\n\n2,b\rc,d\n3,e\n', line_ending="lf") == [
        Reject(1, "text after a closing quote", '1,"a"\r'),
        Reject(2, "1 field(s) where there are 2 columns", "\r"),
        Reject(4, "3 field(s) where there are 2 columns", "2,b\rc,d"),
        ["3", "e"],
    ]
    assert read('1,"a\nb\r\n2,c\n\r\n', line_ending="crlf") == [
        Reject(1, "a quote or escape that nothing closes before the end of the file", '1,"a\nb'),
        ["2", "c\n"],
    ]


def test_a_reject_gives_its_first_line_only_and_reading_resumes_on_the_second() -> None:
    found = read('1,a\n2,"b\n3,c\n4,"d"\n5,e\n')

    assert found == [["1", "a"], Reject(2, "text after a closing quote", '2,"b'), ["3", "c"], ["4", "d"], ["5", "e"]]


def test_two_unclosed_quotes_cost_two_lines() -> None:
    found = read('1,"a\n2,b\n3,"c\n4,d\n')

    assert [item for item in found if isinstance(item, list)] == [["2", "b"], ["4", "d"]]
    assert [item.line_number for item in found if isinstance(item, Reject)] == [1, 3]


def test_a_record_with_another_number_of_fields_over_two_lines_gives_up_its_first_line_only() -> None:
    found = read('1,"a\nb",c\n2,x\n')

    assert found == [
        Reject(1, "3 field(s) where there are 2 columns", '1,"a'),
        ['b"', "c"],
        ["2", "x"],
    ]


def test_every_line_is_accounted_for_once() -> None:
    for line_ending, count in {"any": 6, "lf": 5, "crlf": 1}.items():
        reader = opened('1,"a\nb"\n\n2,"x\n3,y\r4\r\n', line_ending=line_ending)
        reader.width = 2
        list(reader)

        assert reader.line_count == count


def test_the_longest_record_is_measured_over_all_of_its_lines() -> None:
    reader = opened('1,a\n2,"bb\nb"\n3,c\n')
    list(reader)

    assert reader.longest == len('2,"bb\nb"\n')


def test_a_quote_that_is_not_closed_within_the_bound_is_rejected_without_reading_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records, "MAX_RECORD_CHARACTERS", 100)
    text = io.StringIO('1,"a\n' + "2,bbbbbb\n" * 1000, newline="")
    reader = Records(text, CsvFiles(format="csv", path=["x"]))
    reader.width = 2
    first = next(iter(reader))

    assert first == Reject(1, "a quote that nothing closes within 100 characters", '1,"a')
    assert text.tell() < 200


def test_a_single_line_over_the_bound_is_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MAX_RECORD_CHARACTERS", 100)

    with pytest.raises(SourceError, match="line 2 is longer than 100 characters"):
        read("1,a\n2," + "b" * 100 + "\n")


def test_a_file_in_which_each_line_runs_on_over_all_others_is_given_up_instead_of_read_quadratically(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records, "_REREAD_ALLOWANCE_CHARACTERS", 10_000)
    text = "1,2,3\\\n" * 2_000  # each line end is escaped, and each record too wide

    with pytest.raises(SourceError, match=r"near line \d+ one broken record follows the other.*escape"):
        read(text, escape="\\")


def test_a_file_of_which_every_line_is_broken_is_read_to_its_end() -> None:
    found = read('1,"a\n' * 20_000)

    assert len(found) == 20_000
    assert all(isinstance(item, Reject) for item in found)
