"""Excel workbooks (.xlsx, .xlsm): the first row of a sheet names the columns, every value becomes text.

Whole numbers have no '.0', instants are ISO 8601, durations H:MM:SS, truth values true and false, errors such as #N/A
their text; an empty cell is NULL. A row without any value is no record.
"""

from __future__ import annotations

import datetime as dt
from itertools import zip_longest
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from python_calamine import CalamineError, CalamineWorkbook

from dagster_project.source_config.files import ExcelFiles
from dagster_project.sources.decoding import unpacked_limit
from dagster_project.sources.errors import SourceError
from dagster_project.sources.parts import Outcome, PartWriter, Target, usable_names


def land(path: Path, settings: ExcelFiles, target: Target) -> Outcome:
    """Write the part of a workbook's sheet.

    Raises:
        SourceError: it is no such workbook, or lacks the sheet or a header.
    """
    try:
        _must_unpack_within_bounds(path)
        rows, filled = _read(path, settings.sheet)
    except (BadZipFile, InvalidFileException, CalamineError, KeyError, ValueError, OSError) as error:
        raise SourceError(
            f"cannot be read as an Excel workbook: {error}; save it as .xlsx, without a password, or mend its `format`"
        ) from None
    if not rows:
        raise SourceError("the sheet is empty where a header is expected; export it again, or state its `sheet`")
    width = max(map(len, rows))
    header, *records = [[*row, *[None] * (width - len(row))] for row in rows]
    columns = usable_names([name or "" for name in header])
    target.check(columns)
    with PartWriter(target, columns) as part:
        for position, record in enumerate(records, start=1):
            part.add(position, record)
    return Outcome(columns, target.rows(), 0, filled - 1)


def _must_unpack_within_bounds(path: Path) -> None:
    with ZipFile(path) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > unpacked_limit(path):
        raise SourceError(f"unpacks to {unpacked:,} bytes, where {unpacked_limit(path):,} are allowed; split it")


def _read(path: Path, sheet: str | None) -> tuple[list[list[str | None]], int]:
    """Read the rows with a value, as texts up to their last one, and count them independently."""
    rows = []
    filled = 0
    with path.open("rb") as content:
        book = openpyxl.load_workbook(content, read_only=True, data_only=True)
        names = [it.title for it in book.worksheets]
        name = sheet or names[0]
        if name not in names:
            raise SourceError(f"has no sheet {name!r}; there are {', '.join(map(repr, names))}")
        counted = book[name]
        counted.reset_dimensions()  # the size a workbook states may be wrong; without it all rows are read
        values = CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python(skip_empty_area=False)
        # A loop over rows, as both readers give them; a sheet has 1,048,576 at most.
        for others, row in zip_longest(counted.iter_rows(values_only=True), values, fillvalue=()):
            filled += any(other not in (None, "") for other in others)
            texts = [_text(value, other) for value, other in zip_longest(row, others)]
            while texts and texts[-1] is None:
                texts.pop()
            if texts:
                rows.append(texts)
    return rows, filled


def _text(value: Any, other: Any) -> str | None:
    """Text of a cell as calamine read it; where that is nothing, but a text to openpyxl, the cell holds an error."""
    if value in (None, ""):
        return other if isinstance(other, str) and other else None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(value.total_seconds(), 60)
        return f"{int(minutes) // 60}:{int(minutes) % 60:02d}:{seconds:09.6f}".removesuffix(".000000")
    return str(value)
