"""The build file of a build on Spark: emptied when it begins, and given what is published and no fact."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from dagster_project.quality.record import carry_results
from dagster_project.quoting import identifier, literal
from dagster_project.warehouse import Workspace, connect
from dagster_project.warehouse.relations import PUBLISHED_SCHEMAS

if TYPE_CHECKING:
    import duckdb
    from pyspark.sql import SparkSession


def empty_build_file(workspace: Workspace) -> None:
    """Make the build file anew, with nothing but what earlier gates found, which nothing can compute again."""
    connect(workspace).close()  # takes in what a killed run left in the file's log
    before = workspace.build_file.with_suffix(".before.duckdb")
    workspace.build_file.replace(before)
    with connect(workspace) as connection:
        carry_results(connection, before)
    before.unlink()


def copy_small_tables(spark: SparkSession, workspace: Workspace, built: Collection[str]) -> None:
    """Copy tables of the published schemas that were just built, by their names, with their comments.

    Facts stay where they are: they are what does not fit into one machine.
    """
    with connect(workspace) as connection:
        for schema in PUBLISHED_SCHEMAS:
            for folder in sorted((workspace.spark / f"{schema}.db").glob("*")):
                if not folder.name.startswith("fct_") and folder.name in built:
                    _copy(connection, spark, schema, folder.name, str(folder / "*.parquet"))


def _copy(connection: duckdb.DuckDBPyConnection, spark: SparkSession, schema: str, name: str, files: str) -> None:
    target = f"{schema}.{identifier(name)}"
    connection.execute(f"create schema if not exists {schema}")
    connection.execute(f"create table {target} as from read_parquet({literal(files)})")
    described = spark.catalog.getTable(f"{schema}.{name}").description
    if described:
        connection.execute(f"comment on table {target} is {literal(described)}")
    for column in spark.catalog.listColumns(f"{schema}.{name}"):
        if column.description:
            connection.execute(f"comment on column {target}.{identifier(column.name)} is {literal(column.description)}")
