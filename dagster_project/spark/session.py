"""The Spark session: how it is opened, and the settings without which the project's SQL means something else.

What belongs here: Spark's settings and the opening and closing of the session. dbt-spark's method `session` takes the
one that this process has open.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOGGING = Path(__file__).with_name("log4j2.properties")

# Instants are timestamps without a zone that hold UTC, as on DuckDB.
_MEANING = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    # A failed cast, an overflow or a division by zero is an error, not a NULL.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.sources.default": "parquet",
    "spark.sql.parquet.compression.codec": "zstd",
    # Nothing but instants since 1990 is kept, and what comes before is written as it is.
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.int96RebaseModeInWrite": "CORRECTED",
}
_HOUSE = {
    "spark.app.name": "careloop",
    # Everything listens on the loopback interface unless the settings say otherwise.
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    # The catalog lives as long as the session: tables are found by their folders.
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.globalTempDatabase": "raw",
    # The plan of a mart that unites sixty is deep.
    "spark.driver.defaultJavaOptions": f"-Xss16m -Dlog4j2.configurationFile={LOGGING.as_uri()}",
    "spark.sql.maxPlanStringLength": "1000",
    "spark.log.level": "ERROR",
    "spark.ui.showConsoleProgress": "false",
}


@contextmanager
def spark_session(master: str, warehouse: Path | str, settings: Mapping[str, str]) -> Iterator[SparkSession]:
    """Open a session whose tables lie below a folder that all workers see; close it at the end.

    Args:
        master: `local[2]`, `spark://host:7077`, `k8s://…`.
        warehouse: the folder, `<schema>.db/<table>/` in it; a path or the address of an object store.
        settings: of Spark, which outrank those of the house, but not what the project's SQL relies on.
    """
    from pyspark.sql import SparkSession

    # Workers that share this machine run this Python; others are told of theirs.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    # What Spark reports of a statement is in the exception.
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    given = {**_HOUSE, **settings, **_MEANING, "spark.sql.warehouse.dir": str(warehouse)}
    builder = SparkSession.builder.master(master)
    for name, value in given.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    _keep_ansi()
    try:
        yield session
    finally:
        session.stop()


def _keep_ansi() -> None:
    """Keep dbt-spark from switching ANSI off before each statement, which it does for the SQL of others."""
    from dbt.adapters.spark.connections import SparkCredentials

    def forget(credentials: SparkCredentials) -> None:
        given(credentials)
        del credentials.server_side_parameters["spark.sql.ansi.enabled"]

    given = SparkCredentials.__post_init__
    if given.__name__ != forget.__name__:
        setattr(SparkCredentials, "__post_init__", forget)  # noqa: B010  # its type is that of the method
