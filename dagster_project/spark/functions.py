"""Functions of the session that dispatched macros call: the workers compute them in Python, in batches of Arrow.

in_duckdb(text, expression)   a DuckDB expression over a text, in a DuckDB of each Python process's own
keyed_pseudonym(text)         which takes the secret key along, so that no statement and no plan holds it
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from dagster_project.pseudonyms import pseudonym

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    Texts = pa.Array[pa.StringScalar]


def register(spark: SparkSession, key: str) -> None:
    """Make the functions known to a session; `key` is the one that pseudonyms are made with."""
    from pyspark.sql.functions import arrow_udf

    def in_duckdb(text: Texts, expression: Texts) -> Texts:
        return computed(text, str(expression[0])) if len(text) else text

    def keyed_pseudonym(text: Texts) -> Texts:
        # HMAC is Python's; each customer's is made once.
        made = [None if each is None else pseudonym(key, each) for each in text.to_pylist()]
        return pa.array(made, pa.string())

    for function in (in_duckdb, keyed_pseudonym):
        # Annotations tell Spark that it is given arrays; it reads them when the function is made.
        function.__annotations__ = dict.fromkeys(function.__annotations__, pa.Array)
        spark.udf.register(function.__name__, arrow_udf(function, "string"))


def computed(text: Texts, expression: str) -> Texts:
    """Compute an expression over a column named `text`, row by row in order."""
    rows = pa.table({"text": text, "position": pa.array(range(len(text)), pa.int64())})
    engine().register("rows", rows)
    found = engine().sql(f"select {expression} as text from rows order by position").to_arrow_table()
    return pa.concat_arrays(found.column("text").cast(pa.string()).chunks or [pa.array([], pa.string())])


@cache
def engine() -> duckdb.DuckDBPyConnection:
    """Return this process's DuckDB: one thread, for Spark runs a process a core, and no way to files."""
    connection = duckdb.connect()
    connection.execute("set threads = 1; set enable_external_access = false; set lock_configuration = true")
    return connection
