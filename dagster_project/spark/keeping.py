"""What a build on Spark keeps of the one before: its tables, made known to the session of a new run.

What belongs here: the folder of tables between two runs. Whether anything may be kept is decided in
dagster_project/increment.py; what it writes down stands in a small DuckDB file among the tables, so that whatever
removes them removes the fingerprint that vouches for them. dbt reads the plan as tables of the session.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from dagster_project import increment
from dagster_project.config import Settings
from dagster_project.increment import Affected, Landed
from dagster_project.warehouse import BuildFileError, Workspace
from dagster_project.warehouse.build import first_line

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_NOTES = "notes.duckdb"
# Where tables stand while the session makes their places.
_BEFORE = "before"


def plan(spark: SparkSession, workspace: Workspace, settings: Settings, parts: Sequence[Landed]) -> bool:
    """Decide whether the build is incremental; make its tables and the plan known to the session, or empty the folder.

    Returns:
        Whether it is incremental; see `dagster_project.increment.plan`.

    Raises:
        BuildFileError: the file with the fingerprint is damaged.
    """
    workspace.spark.mkdir(exist_ok=True)
    with _notes(workspace) as notes:
        is_incremental = increment.plan(notes, settings, parts)
        # Whatever happens from here on, nothing vouches for the tables.
        tables = notes.execute("from tables").fetchall() if is_incremental else []
        _take_over(spark, workspace.spark, tables)
        spark.sql(f"create schema {increment.SCHEMA}")
        for name in ("plan", "part"):
            rows = notes.sql(f"from {increment.SCHEMA}.{name}").to_arrow_table()
            spark.createDataFrame(rows).write.saveAsTable(f"{increment.SCHEMA}.{name}")
    return is_incremental


def complete(spark: SparkSession, workspace: Workspace) -> Affected:
    """Do what `dagster_project.increment.complete` does, with what dbt wrote down."""
    counted = f"{increment.SCHEMA}.{increment.TICKETS}"
    tickets = spark.table(counted).first() if spark.catalog.tableExists(counted) else None
    as_of = spark.table("intermediate.int_as_of").first()
    assert as_of is not None
    spark.sql(f"drop schema {increment.SCHEMA} cascade")
    tables = [
        (schema, name, spark.table(f"{schema}.{name}").schema.json()) for schema, name in _folders(workspace.spark)
    ]
    # Spark leaves files to the system's cache; they are on disk before the fingerprint says that they are there.
    os.sync()
    with _notes(workspace) as notes:
        notes.execute("create or replace table tables (schema varchar, name varchar, columns varchar)")
        notes.executemany("insert into tables values (?, ?, ?)", tables)
        notes.execute("create schema if not exists intermediate")
        notes.execute("create or replace table intermediate.int_as_of as select ?::timestamp as as_of", [as_of.as_of])
        if tickets:
            notes.execute(
                f"create table {counted} as select ? as affected, ? as pays", [tickets.affected, tickets.pays]
            )
        return increment.complete(notes)


def _notes(workspace: Workspace) -> duckdb.DuckDBPyConnection:
    file = workspace.spark / _NOTES
    try:
        return duckdb.connect(str(file))
    except duckdb.Error as error:
        raise BuildFileError(
            f"{file}: cannot be opened: {first_line(error)}; build anew with `careloop run --full-refresh`"
        ) from None


def _folders(spark_folder: Path) -> list[tuple[str, str]]:
    return sorted((folder.parent.name.removesuffix(".db"), folder.name) for folder in spark_folder.glob("*.db/*"))


def _take_over(spark: SparkSession, folder: Path, tables: Sequence[tuple[str, str, str]]) -> None:
    """Make tables known to the session, and remove all others.

    The session may drop and rename only what it made: so each is made without rows, and its folder put in that place.
    """
    from pyspark.sql.types import StructType

    before = folder / _BEFORE
    if before.exists():
        shutil.rmtree(before)  # of a run that was killed right here
    before.mkdir()
    for schema_folder in folder.glob("*.db"):
        schema_folder.rename(before / schema_folder.name)
    for schema in sorted({schema for schema, _, _ in tables}):
        spark.sql(f"create schema {schema}")
    for schema, name, columns in tables:
        described = StructType.fromJson(json.loads(columns))
        spark.catalog.createTable(f"{schema}.{name}", source="parquet", schema=described)
        (before / f"{schema}.db" / name).rename(folder / f"{schema}.db" / name)
        spark.catalog.refreshTable(f"{schema}.{name}")
    shutil.rmtree(before)
