"""The Spark session: how it is opened and closed. dbt-spark's method `session` takes the one that is open."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.spark.settings import HOUSE, MEANING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


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
    given = {**HOUSE, **settings, **MEANING, "spark.sql.warehouse.dir": str(warehouse)}
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
