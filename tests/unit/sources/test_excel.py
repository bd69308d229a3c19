"""Excel: what is in the cells of a sheet, as text."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from dagster_project.manifest import LandingError
from dagster_project.sources import excel
from dagster_project.sources.errors import SourceError

if TYPE_CHECKING:
    from tests.conftest import Bench


def put(bench: Bench, **sheets: list[list[Any]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(bench.folder / "a.xlsx")


@pytest.mark.parametrize(
    ("value", "landed"),
    [
        ("text", "text"),
        ("  é\nx ", "  é\nx "),
        ("007", "007"),
        (1, "1"),
        (-3.0, "-3"),
        (1.5, "1.5"),
        (123456789012345, "123456789012345"),
        (True, "true"),
        (False, "false"),
        (dt.datetime(2024, 3, 1, 8, 30), "2024-03-01T08:30:00"),  # noqa: DTZ001 - a workbook knows no zones
        (dt.date(2024, 3, 1), "2024-03-01"),
        (dt.time(8, 30), "08:30:00"),
        (dt.timedelta(hours=26, minutes=5, seconds=7), "26:05:07"),
        ("#N/A", "#N/A"),
        ("#DIV/0!", "#DIV/0!"),
        (None, None),
        ("", None),
    ],
)
def test_values_become_text(bench: Bench, value: Any, landed: str | None) -> None:
    put(bench, Data=[["id", "v", "last"], [1, value, "x"]])
    bench.land("a.xlsx", format="excel")

    assert bench.values() == [("1", landed, "x")]


def test_the_first_sheet_is_read_unless_another_is_stated(bench: Bench) -> None:
    put(bench, First=[["id"], [1]], Second=[["key"], [2]])
    bench.land_streams(
        first={"format": "excel", "path": "a.xlsx"}, second={"format": "excel", "path": "a.xlsx", "sheet": "Second"}
    )

    assert (bench.values("first"), bench.values("second")) == ([("1",)], [("2",)])
    assert bench.zone.parts("crm", "second")[0].columns == ("key",)


def test_rows_without_a_value_are_no_records(bench: Bench) -> None:
    put(bench, Data=[["id", "name"], [1, "x"], [None, None], ["", None], [2, None], [None, None]])
    bench.land("a.xlsx", format="excel")

    assert bench.values() == [("1", "x"), ("2", None)]
    assert [row["_position"] for row in bench.rows()] == [1, 2]


def test_a_value_without_a_name_above_it_gets_a_column_called_by_its_position(bench: Bench) -> None:
    put(bench, Data=[["id", None, "name"], [1, None, "x"], [2, "odd", "y", "remark"]])
    bench.land("a.xlsx", format="excel")

    assert bench.zone.parts("crm", "records")[0].columns == ("id", "column_2", "name", "column_4")
    assert bench.values() == [("1", None, "x", None), ("2", "odd", "y", "remark")]


def test_a_sheet_that_is_not_there_is_an_error_that_lists_those_that_are(bench: Bench) -> None:
    put(bench, Data=[["id"], [1]], Notes=[["x"]])

    with pytest.raises(SourceError, match=r"file 'a\.xlsx': has no sheet 'data'; there are 'Data', 'Notes'"):
        bench.land("a.xlsx", format="excel", sheet="data")


def test_an_empty_sheet_is_an_error_and_one_with_a_header_only_is_not(bench: Bench) -> None:
    put(bench, Empty=[], Header=[["id", "name"]])

    with pytest.raises(SourceError, match=r"sheet is empty where a header is expected"):
        bench.land("a.xlsx", format="excel", sheet="Empty")
    bench.land("a.xlsx", format="excel", sheet="Header")
    assert bench.zone.parts("crm", "records")[0].columns == ("id", "name")
    assert bench.rows() == []


def test_a_header_that_stands_twice_is_an_error(bench: Bench) -> None:
    put(bench, Data=[["id", "name", "id"], [1, "x", 2]])

    with pytest.raises(SourceError, match=r"'id', 'id' at positions 1, 3"):
        bench.land("a.xlsx", format="excel")


def test_something_else_than_a_workbook_is_an_error(bench: Bench) -> None:
    bench.put("a.xlsx", "id,name\n1,x\n")

    with pytest.raises(SourceError, match=r"file 'a\.xlsx': cannot be read as an Excel workbook.*\.xlsx"):
        bench.land("a.xlsx", format="excel")


def test_records_that_one_of_two_readers_misses_are_not_landed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    put(bench, Data=[["id"], [1], [2]])
    read = excel._read
    monkeypatch.setattr(excel, "_read", lambda *arguments: (read(*arguments)[0][:-1], read(*arguments)[1]))

    with pytest.raises(LandingError, match=r"1 rows and 0 rejects were read, where .* finds 2 records"):
        bench.land("a.xlsx", format="excel")
