"""How the records of one file become a part of a batch: column names, lineage, rows from SQL or from Python, rejects.

What belongs here: everything that the readers of all formats share when they write. What a format looks like belongs
in the module of that format.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from dagster_project.landing import LINEAGE
from dagster_project.quoting import identifier, literal
from dagster_project.sources.errors import SourceError

_LINEAGE_TYPES: tuple[pa.DataType, ...] = (pa.string(), pa.string(), pa.timestamp("us"), pa.string(), pa.int64())
_LINEAGE_FIELDS = list(zip(LINEAGE, _LINEAGE_TYPES, strict=True))
_REJECT_FIELDS: list[tuple[str, pa.DataType]] = [
    ("line_number", pa.int64()),
    ("reason", pa.string()),
    ("text", pa.string()),
]
_BUFFERED_ROWS = 20_000
_BUFFERED_CHARACTERS = 16 * 2**20


@dataclass(frozen=True)
class Target:
    """Where the rows of one file go, and the lineage they get. `extracted_at` is naive, in UTC."""

    source: str
    load_id: str
    extracted_at: datetime
    file: str
    part: Path
    scratch: Path
    rejects: RejectWriter
    connection: duckdb.DuckDBPyConnection
    check: Callable[[tuple[str, ...]], None]

    def reject(self, position: int, line_number: int, reason: str, text: str) -> None:
        """Keep a record that cannot be parsed; it has used up its position in the file."""
        lineage = (self.source, self.load_id, self.extracted_at, self.file, position)
        self.rejects.write((*lineage, line_number, reason, text), len(text))

    def copy(
        self, columns: Sequence[str], values: Sequence[str], *, position: str, relation: str, options: str = ""
    ) -> int:
        """Write the part with DuckDB: `values` are expressions over `relation`, in the order of `columns`.

        Returns:
            The number of rows in the written file.
        """
        lineage = [
            literal(self.source),
            literal(self.load_id),
            f"timestamp {literal(self.extracted_at.isoformat(sep=' '))}",
            literal(self.file),
            f"cast({position} as bigint)",
        ]
        named = zip([*values, *lineage], [*columns, *LINEAGE], strict=True)
        selected = [f"{value} as {identifier(name)}" for value, name in named]
        self.connection.execute(
            f"copy (select {', '.join(selected)} from {relation}) "
            f"to {literal(str(self.part))} (format parquet, compression zstd{options and f', {options}'})"
        )
        return self.rows()

    def rows(self) -> int:
        """Count the rows of the part as it was written."""
        return pq.ParquetFile(self.part).metadata.num_rows


@dataclass(frozen=True)
class Outcome:
    """What reading one file came to; `counted` is the number of records by an independent count."""

    columns: tuple[str, ...]
    rows: int
    rejected: int
    counted: int


class _Writer:
    """Writes rows to a Parquet file in bounded memory. The file comes into being with the first flush."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path = path
        self._schema = schema
        self._file: pq.ParquetWriter | None = None
        self._rows: list[Sequence[object]] = []
        self._characters = 0

    def write(self, row: Sequence[object], characters: int) -> None:
        """Add a row, which holds about so many characters."""
        self._rows.append(row)
        self._characters += characters
        if len(self._rows) >= _BUFFERED_ROWS or self._characters >= _BUFFERED_CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        if self._file is None:
            self._file = pq.ParquetWriter(self._path, self._schema, compression="zstd")
        if self._rows:
            columns = self._columns(list(zip(*self._rows, strict=True)))
            arrays = [pa.array(values, field.type) for values, field in zip(columns, self._schema, strict=True)]
            self._file.write_batch(pa.record_batch(arrays, schema=self._schema))
        self._rows = []
        self._characters = 0

    def _columns(self, written: list[tuple[object, ...]]) -> list[Sequence[object]]:
        return list(written)

    def close(self) -> None:
        if self._rows:
            self._flush()
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class PartWriter(_Writer):
    """Writes a part row by row, for what DuckDB cannot read itself. A part without rows is a file all the same."""

    def __init__(self, target: Target, columns: Sequence[str]) -> None:
        super().__init__(target.part, pa.schema([*((name, pa.string()) for name in columns), *_LINEAGE_FIELDS]))
        self._lineage = (target.source, target.load_id, target.extracted_at, target.file)
        self._flush()

    def add(self, position: int, values: Sequence[str | None]) -> None:
        self.write([*values, position], sum(map(len, filter(None, values))))

    def _columns(self, written: list[tuple[object, ...]]) -> list[Sequence[object]]:
        *values, positions = written
        return [*values, *([constant] * len(positions) for constant in self._lineage), positions]


class RejectWriter(_Writer):
    """Writes the rejects of a batch: lineage, and 1-based physical line number, reason and text of the line."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, pa.schema([*_LINEAGE_FIELDS, *_REJECT_FIELDS]))


def usable_names(names: Sequence[str]) -> tuple[str, ...]:
    """Columns as they are landed: exactly as named, save that the n-th one, if it has no name, is `column_<n>`.

    Raises:
        SourceError: names that SQL cannot tell apart, that lineage uses, or that hold a NUL character.
    """
    named = tuple(name or f"column_{position}" for position, name in enumerate(names, start=1))
    positions: dict[str, list[int]] = {}
    for position, name in enumerate(named, start=1):
        positions.setdefault(name.lower(), []).append(position)
        if name.lower() in LINEAGE:
            raise SourceError(
                f"column {name!r} at position {position} has a name that lineage uses "
                f"({', '.join(LINEAGE)}); rename it in the file"
            )
        if "\0" in name:
            raise SourceError(
                f"the name of column {position} holds a NUL character: {name!r}; state the file's `encoding`"
            )
    twice = [
        f"{', '.join(repr(named[it - 1]) for it in at)} at positions {', '.join(map(str, at))}"
        for at in positions.values()
        if len(at) > 1
    ]
    if twice:
        raise SourceError(
            f"columns need names that differ by more than upper and lower case; found {'; '.join(twice)}; "
            "rename them in the file"
        )
    return named
