"""Rows of a database into a Parquet file, all text, in bounded memory whatever the number of rows."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from dagster_project.sources.sql.databases import Column
from dagster_project.sources.sql.values import as_text, hex_as_text

log = logging.getLogger("careloop")

_BUFFERED_BYTES = 8 * 2**20
_FETCHED_ROWS = 1_000
_ROWS_A_REPORT = 200_000


def write(path: Path, columns: Sequence[Column], tables: Iterable[pa.Table], *, what: str) -> set[str]:
    """Write tables of text to one Parquet file.

    Args:
        path: the file.
        columns: its columns.
        tables: the rows, from `fetched`.
        what: what is read, for telling how far it is.

    Returns:
        The columns that hold any value.
    """
    filled: set[str] = set()
    rows = told = 0
    with pq.ParquetWriter(path, _schema(columns), compression="zstd") as writer:
        for table in tables:
            decoded = _bytes_decoded(table, columns)
            filled.update(name for name in decoded.column_names if decoded[name].null_count < decoded.num_rows)
            writer.write_table(decoded)
            rows += decoded.num_rows
            if rows >= told + _ROWS_A_REPORT:
                log.info("source %s: %d rows so far", what, rows)
                told = rows
    log.info("source %s: %d rows", what, rows)
    return filled


def fetched(connection: sa.Connection, select: sa.Select[Any], columns: Sequence[Column]) -> Iterator[pa.Table]:
    """Run a select, and yield its rows as tables of text of some megabytes each."""
    if connection.dialect.driver == "psycopg":
        return _copied(connection, select, _schema(columns))
    return _streamed(connection, select, _schema(columns))


def _schema(columns: Sequence[Column]) -> pa.Schema:
    return pa.schema([(column.name, pa.string()) for column in columns])


def _streamed(connection: sa.Connection, select: sa.Select[Any], schema: pa.Schema) -> Iterator[pa.Table]:
    pending: list[pa.RecordBatch] = []
    with connection.execute(select, execution_options={"yield_per": _FETCHED_ROWS}) as result:
        for rows in result.partitions(_FETCHED_ROWS):
            texts = [[it if type(it) is str else as_text(it) for it in values] for values in zip(*rows, strict=True)]
            pending.append(pa.record_batch([pa.array(it, pa.string()) for it in texts], schema=schema))
            if sum(batch.nbytes for batch in pending) >= _BUFFERED_BYTES:
                yield pa.Table.from_batches(pending)
                pending = []
    if pending:
        yield pa.Table.from_batches(pending)


def _copied(connection: sa.Connection, select: sa.Select[Any], schema: pa.Schema) -> Iterator[pa.Table]:
    """Have PostgreSQL write CSV, a row at a time, which Arrow reads: twice as fast as fetching rows."""
    compiled = select.compile(connection)
    statement, parameters = f"copy ({compiled}) to stdout (format csv, force_quote *)", compiled.construct_params()
    if not parameters:  # then the driver takes each % for itself
        statement = statement.replace("%%", "%")
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement, parameters) as copy:
            pending, size = [], 0
            for row in copy:
                pending.append(row)
                size += len(row)
                if size >= _BUFFERED_BYTES:
                    yield _parsed(b"".join(pending), schema)
                    pending, size = [], 0
            if pending:
                yield _parsed(b"".join(pending), schema)
    except driver.Error as error:
        # Ended by the server, which may say so (class 57P of PostgreSQL's error codes) or be gone without a word.
        is_lost = driver.closed or (error.sqlstate or "").startswith("57P")
        raise DBAPIError(None, None, error, connection_invalidated=is_lost) from None


def _parsed(content: bytes, schema: pa.Schema) -> pa.Table:
    return pyarrow.csv.read_csv(
        cast(IO[bytes], pa.BufferReader(content)),  # its stubs know of Python's own files only
        pyarrow.csv.ReadOptions(column_names=schema.names, block_size=len(content) + 1, use_threads=False),
        pyarrow.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        pyarrow.csv.ConvertOptions(
            column_types=schema, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )


def _bytes_decoded(table: pa.Table, columns: Sequence[Column]) -> pa.Table:
    for position, column in enumerate(columns):
        if column.is_hex:
            texts = [hex_as_text(value) for value in table.column(position).to_pylist()]
            table = table.set_column(position, column.name, pa.array(texts, pa.string()))
    return table
