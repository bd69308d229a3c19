"""The SQLAlchemy dialect through which Great Expectations reads the tables of the Spark session that is open.

Importing this module registers it under `ADDRESS`. Statements are written for DuckDB, as those of
dagster_project/quality/dialect.py are, and translated on their way.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy
from pyspark.sql import SparkSession
from sqlalchemy.dialects import registry
from sqlalchemy.engine.interfaces import ReflectedColumn

from dagster_project.quality.dialect import OwnCursors, ReadOnlyDuckDB
from dagster_project.spark.connection import SparkConnection

ADDRESS = "duckdb+careloop_spark://"


class Spark(ReadOnlyDuckDB):
    """DuckDB's dialect, over a Spark session."""

    def connect(self, *_: Any, **__: Any) -> Any:
        return OwnCursors(SparkConnection(SparkSession.active()))

    def get_columns(
        self, connection: sqlalchemy.Connection, table_name: str, schema: str | None = None, **_: Any
    ) -> list[ReflectedColumn]:
        rows = connection.exec_driver_sql(f'describe "{schema}"."{table_name}"').fetchall()
        return [
            {"name": str(name), "type": sqlalchemy.types.NullType(), "nullable": True, "default": None}
            for name, *_ in rows
        ]


registry.register("duckdb.careloop_spark", __name__, Spark.__name__)
