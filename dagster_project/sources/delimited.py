"""Delimited text (CSV): read by DuckDB, checked against `records`, which takes over where the two disagree.

An empty field is landed as an empty text, quoted or not; which texts stand for 'no value' is decided by the file
set's `null_values` when the mapping is applied.
"""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.quoting import identifier, literal
from dagster_project.source_config.files import CsvFiles
from dagster_project.sources.errors import SourceError
from dagster_project.sources.parts import Outcome, PartWriter, Target, usable_names
from dagster_project.sources.records import NEWLINES, Records, Reject

_DUCKDB_LINE_BYTES = 2_000_000
_BYTES_PER_CHARACTER = 4


@dataclass
class _Scan:
    """What the careful reader found, without keeping it."""

    columns: tuple[str, ...]
    rows: int = 0
    rejected: int = 0
    characters: int = 0
    longest: int = 0
    line_ends_alike: bool = True


def land(path: Path, settings: CsvFiles, target: Target) -> Outcome:
    """Write the part of a UTF-8 file.

    Raises:
        SourceError: there is no usable header, or lines are left that no record accounts for.
    """
    scan = _scan(path, settings, target)
    rows = None
    if not scan.rejected and scan.line_ends_alike and settings.escape in (None, settings.quote):
        # DuckDB knows an escape only inside quotes, elsewhere it would be landed as text. Outside of quotes it ends a
        # record at every CR and LF, or reads nothing, whatever its `new_line` says.
        rows = _copy(path, settings, scan, target)
    if rows is None:
        rows = _write_carefully(path, settings, scan.columns, target)
    return Outcome(scan.columns, rows, scan.rejected, scan.rows + scan.rejected)


def _scan(path: Path, settings: CsvFiles, target: Target) -> _Scan:
    with path.open(encoding="utf-8", newline=NEWLINES[settings.line_ending]) as text:
        records = Records(text, settings)
        items = iter(records)
        scan = _Scan(usable_names(settings.columns if settings.columns is not None else _header(next(items, None))))
        target.check(scan.columns)
        records.width = len(scan.columns)
        for item in items:
            if isinstance(item, Reject):
                scan.rejected += 1
            else:
                scan.rows += 1
                scan.characters += sum(map(len, item))
    scan.longest = records.longest
    lines, scan.line_ends_alike = _count_lines(path, settings.line_ending)
    if records.line_count != lines:
        raise SourceError(
            f"{lines} lines were counted, but the records read account for {records.line_count}; nothing was landed. "
            "This is a defect of the reader: please report what is special about the file"
        )
    return scan


def _header(first: list[str] | Reject | None) -> list[str]:
    if first is None:
        raise SourceError(
            "is empty where a header is expected; export it again, or state `header: false` and `columns`"
        )
    if isinstance(first, Reject):
        raise SourceError(
            f"line {first.line_number}: the header cannot be parsed: {first.reason}: {first.text[:200]!r}; "
            "state the file's `delimiter`, `quote` and `escape`"
        )
    return first


def _copy(path: Path, settings: CsvFiles, scan: _Scan, target: Target) -> int | None:
    """Write the part with DuckDB. None if it fails, or reads another number of rows or characters than the scan."""
    names = [f"c{index}" for index in range(len(scan.columns))]
    options = {
        "auto_detect": "false",
        "compression": "'none'",
        "header": str(settings.header).lower(),
        "columns": "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in names) + "}",
        "force_not_null": "[" + ", ".join(literal(name) for name in names) + "]",
        "delim": literal(settings.delimiter),
        "quote": literal(settings.quote or ""),
        "escape": literal(settings.quote or ""),
        "strict_mode": "true",
        "null_padding": "false",
        "ignore_errors": "false",
    }
    if (line_bytes := scan.longest * _BYTES_PER_CHARACTER) > _DUCKDB_LINE_BYTES:
        options["max_line_size"] = str(line_bytes)
    stated = ", ".join(f"{name} = {value}" for name, value in options.items())
    relation = f"read_csv({literal(glob.escape(str(path)))}, {stated})"
    try:
        rows = target.copy(scan.columns, names, position="row_number() over ()", relation=relation)
        lengths = " + ".join(f"sum(length({identifier(name)}))" for name in scan.columns)
        part = f"read_parquet({literal(glob.escape(str(target.part)))})"
        found = target.connection.execute(f"select coalesce({lengths}, 0) from {part}").fetchone()
    except duckdb.Error:
        return None
    return rows if (rows, found) == (scan.rows, (scan.characters,)) else None


def _write_carefully(path: Path, settings: CsvFiles, columns: tuple[str, ...], target: Target) -> int:
    # A loop over rows: what is wrong with a record, and where the next one starts, shows only one line at a time.
    newline = NEWLINES[settings.line_ending]
    with path.open(encoding="utf-8", newline=newline) as text, PartWriter(target, columns) as part:
        records = Records(text, settings)
        items = iter(records)
        if settings.header:
            next(items)
        records.width = len(columns)
        for position, item in enumerate(items, start=1):
            if isinstance(item, Reject):
                target.reject(position, item.line_number, item.reason, item.text)
            else:
                part.add(position, item)
    return target.rows()


def _count_lines(path: Path, line_ending: str) -> tuple[int, bool]:
    """Count the physical lines, and see whether every CR and LF ends one."""
    lf = cr = crlf = 0
    last = b""  # two bytes
    with path.open("rb") as content:
        while chunk := content.read(2**20):
            lf += chunk.count(b"\n")
            cr += chunk.count(b"\r")
            crlf += chunk.count(b"\r\n") + (last.endswith(b"\r") and chunk.startswith(b"\n"))
            last = (last + chunk[-2:])[-2:]
    match line_ending:
        case "lf":
            lines, is_ended, alike = lf, last.endswith(b"\n"), cr == 0
        case "crlf":
            lines, is_ended, alike = crlf, last == b"\r\n", lf == cr == crlf
        case _:
            lines, is_ended, alike = lf + cr - crlf, last.endswith((b"\n", b"\r")), True
    return lines + (last != b"" and not is_ended), alike
