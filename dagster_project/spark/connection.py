"""A connection that is asked in DuckDB's SQL and answers from a Spark session: for gates and analyses.

What belongs here: as much of DuckDB's Python interface as those use, so that what is expected of a table and what an
analysis reads stand written once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import duckdb
from pyspark.errors import PySparkException
from sqlglot.errors import SqlglotError

from dagster_project.spark.translation import translated

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from pyspark.sql import SparkSession


class SparkConnection:
    """Like a DuckDB connection in what it is asked and in its errors; each holds the answer to its last statement."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark
        self._answer: pa.Table | None = None
        self._position = 0

    def cursor(self) -> SparkConnection:
        return SparkConnection(self._spark)

    def execute(self, sql: str, parameters: Sequence[object] | None = None) -> Self:
        """Ask, and take the whole answer: it is aggregated, or keys of a few rows.

        Raises:
            duckdb.Error: the statement cannot be translated, or Spark refuses it; the message has its first line.
        """
        try:
            given = {f"p{number}": value for number, value in enumerate(parameters or (), 1)}
            answer = self._spark.sql(translated(sql), args=given)
            self._answer = as_on_duckdb(answer.toArrow())
        except (PySparkException, SqlglotError) as error:
            raise duckdb.Error(str(error).strip().splitlines()[0]) from None
        self._position = 0
        return self

    @property
    def description(self) -> list[tuple[str, None, None, None, None, None, None]]:
        names = self._answer.column_names if self._answer is not None else []
        return [(name, None, None, None, None, None, None) for name in names]

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.fetchmany(None)

    def fetchone(self) -> tuple[Any, ...] | None:
        return next(iter(self.fetchmany(1)), None)

    def fetchmany(self, size: int | None = 1) -> list[tuple[Any, ...]]:
        assert self._answer is not None, "nothing was asked"
        rest = self._answer.slice(self._position, size)
        self._position += rest.num_rows
        return list(zip(*(column.to_pylist() for column in rest.columns), strict=True))

    def to_arrow_table(self) -> pa.Table:
        assert self._answer is not None, "nothing was asked"
        return self._answer

    def df(self) -> pd.DataFrame:
        """Return the answer as DuckDB's `df` does."""
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.register("answer", self._answer)
            return connection.execute("from answer").df()

    def commit(self) -> None:
        """Do nothing: nothing is written through here."""

    begin = rollback = close = commit


Reader = duckdb.DuckDBPyConnection | SparkConnection
"""What is asked in DuckDB's SQL, whichever engine answers."""


def as_on_duckdb(answer: pa.Table) -> pa.Table:
    """Make floating point of decimals, which Spark makes of literals and sums where DuckDB does not."""
    import pyarrow as pa

    fields = [
        pa.field(field.name, pa.float64() if pa.types.is_decimal(field.type) else field.type) for field in answer.schema
    ]
    return answer.cast(pa.schema(fields))
