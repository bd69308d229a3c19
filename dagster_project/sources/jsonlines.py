"""JSON Lines: one object a line, its top-level keys the columns.

Lines are taken as text and parsed by DuckDB's JSON functions, never by read_json, which turns what it cannot parse
into NULL. Texts are landed unquoted, nested values as JSON, null as NULL. Integers keep every digit; a number with a
fraction or exponent is spelled anew, as the shortest text of the same double.
"""

from __future__ import annotations

import glob
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from dagster_project.quoting import identifier, literal
from dagster_project.sources.errors import SourceError
from dagster_project.sources.parts import Outcome, Target, usable_names

MAX_LINE_BYTES = 64 * 2**20
_CHUNK_BYTES = 8 * 2**20
_FIELDS: list[tuple[str, pa.DataType]] = [("line_number", pa.int64()), ("line", pa.string())]
_LINES = pa.schema(_FIELDS)

_IS_OBJECT = "case when starts_with(ltrim(line, ' ' || chr(9) || chr(13)), '{') then json_valid(line) else false end"
_KEYS = f"case when {_IS_OBJECT} then json_keys(line) end"
_ARE_USABLE = "coalesce(len(keys) = len(list_distinct(keys)), false)"
_REASON = (
    "case when not json_valid(line) then 'not valid JSON' "
    f"when not ({_IS_OBJECT}) then 'not a JSON object' else 'a key that stands twice' end"
)


def land(path: Path, target: Target) -> Outcome:
    """Write the part of a UTF-8 file. Columns are in the order in which their keys are first seen.

    A file without any line that is not blank has no columns, and none are missed in it.

    Raises:
        SourceError: a line is too long, or keys cannot be columns.
    """
    relation = _lines_of(path, target.scratch)
    keys, rejected = _discover(relation, target.connection)
    columns = usable_names(keys)
    counted = _count_records(path)
    if counted:
        target.check(columns)
    usable = f"(select line, file_row_number, {_KEYS} as keys from {relation}) where {_ARE_USABLE}"
    fields, values = _fields(keys)
    rows = target.copy(
        columns,
        values,
        position="file_row_number + 1",
        relation=f"(select {fields}file_row_number from {usable if rejected else relation})",
    )
    if rejected:
        _write_rejects(relation, target)
    return Outcome(columns, rows, rejected, counted)


def as_parquet(
    path: Path, file: Path, connection: duckdb.DuckDBPyConnection, *, scratch: Path, always: Sequence[str]
) -> None:
    """Write lines that are all usable objects as they would be landed, without lineage.

    Args:
        path: JSON Lines in UTF-8.
        file: the Parquet file to write, all columns text.
        connection: where to compute.
        scratch: a folder for temporary files.
        always: columns to write even if no line has them; they are NULL then.

    Raises:
        SourceError: a line is too long, or keys cannot be columns.
    """
    relation = _lines_of(path, scratch)
    keys, rejected = _discover(relation, connection)
    assert not rejected, "lines that were written as objects"
    columns = usable_names(keys)
    fields, values = _fields(keys)
    selected = [f"{value} as {identifier(name)}" for name, value in zip(columns, values, strict=True)]
    there = {name.casefold() for name in columns}
    selected += [f"cast(null as varchar) as {identifier(name)}" for name in always if name.casefold() not in there]
    connection.execute(
        f"copy (select {', '.join(selected)} from (select {fields}file_row_number from {relation})) "
        f"to {literal(str(file))} (format parquet, compression zstd)"
    )


def _fields(keys: Sequence[str]) -> tuple[str, list[str]]:
    """Render what takes all fields of a line at once, and the expressions that take each out of that."""
    pointers = ", ".join(literal("/" + key.replace("~", "~0").replace("/", "~1")) for key in keys)
    taken = f"json_extract_string(line, [{pointers}]) as fields, " if keys else ""
    return taken, [f"fields[{number}]" for number in range(1, len(keys) + 1)]


def _lines_of(path: Path, scratch: Path) -> str:
    lines = scratch / "lines.parquet"
    _write_lines(path, lines)
    return f"read_parquet({literal(glob.escape(str(lines)))}, file_row_number = true)"


def _write_lines(path: Path, lines: Path) -> None:
    """Keep the lines that are not blank, each with its number, where DuckDB reads them in parallel."""
    with path.open("rb") as content, pq.ParquetWriter(lines, _LINES, compression="lz4") as out:
        line_count, unfinished = 0, b""
        while chunk := content.read(_CHUNK_BYTES):
            *texts, unfinished = (unfinished + chunk).split(b"\n")
            out.write_batch(_numbered(texts, line_count + 1))
            line_count += len(texts)
            if len(unfinished) > MAX_LINE_BYTES:
                raise SourceError(
                    f"line {line_count + 1} is longer than {MAX_LINE_BYTES:,} bytes; "
                    "check that each object has a line of its own"
                )
        out.write_batch(_numbered([unfinished], line_count + 1))


def _numbered(texts: list[bytes], first: int) -> pa.RecordBatch:
    filled = [text for text in texts if text and not text.isspace()]
    numbers: Iterable[int] = range(first, first + len(texts))
    if len(filled) < len(texts):
        numbers = [number for number, text in zip(numbers, texts, strict=True) if text and not text.isspace()]
    return pa.record_batch([pa.array(numbers, pa.int64()), pa.array(filled, pa.string())], schema=_LINES)


def _discover(relation: str, connection: duckdb.DuckDBPyConnection) -> tuple[list[str], int]:
    """All keys in the order in which they are first seen, and how many lines are no usable object."""
    shapes = connection.execute(
        f"select keys, {_ARE_USABLE}, line_count from (select {_KEYS} as keys, count(*) as line_count, "
        f"min(file_row_number) as first_at from {relation} group by all) order by first_at"
    ).fetchall()
    keys = dict.fromkeys(key for shape, usable, _ in shapes if usable for key in shape)
    return list(keys), sum(count for _, usable, count in shapes if not usable)


def _write_rejects(relation: str, target: Target) -> None:
    found = target.connection.execute(
        f"select file_row_number + 1, line_number, {_REASON}, line from (select *, {_KEYS} as keys from {relation}) "
        f"where not {_ARE_USABLE} order by file_row_number"
    )
    while rejects := found.fetchmany(1_000):
        for position, line_number, reason, text in rejects:
            target.reject(position, line_number, reason, text.removesuffix("\r"))


def _count_records(path: Path) -> int:
    with path.open("rb") as content:
        return sum(1 for line in content if not line.isspace())
