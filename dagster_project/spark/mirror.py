"""The build file of a build on Spark: emptied when it begins, and given what is published and no fact."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from dagster_project.dbt_build import prepare_manifest
from dagster_project.quality.record import carry_results
from dagster_project.quoting import identifier, literal
from dagster_project.warehouse import Workspace, connect
from dagster_project.warehouse.relations import PUBLISHED_SCHEMAS

if TYPE_CHECKING:
    import duckdb


def empty_build_file(workspace: Workspace) -> None:
    """Make the build file anew, with nothing but what earlier gates found, which nothing can compute again."""
    connect(workspace).close()  # takes in what a killed run left in the file's log
    before = workspace.build_file.with_suffix(".before.duckdb")
    workspace.build_file.replace(before)
    with connect(workspace) as connection:
        carry_results(connection, before)
    before.unlink()


def copy_small_tables(workspace: Workspace, built: Collection[str]) -> None:
    """Copy tables of the published schemas that were just built, by their names, with their descriptions as comments.

    Descriptions are dbt's: tables in Parquet have no comments on columns. Facts stay where they are: they are what does
    not fit into one machine.
    """
    nodes = json.loads(prepare_manifest(workspace).read_bytes())["nodes"].values()
    described = {node["name"]: node for node in nodes if node["resource_type"] == "model"}
    with connect(workspace) as connection:
        for schema in PUBLISHED_SCHEMAS:
            for folder in sorted((workspace.spark / f"{schema}.db").glob("*")):
                if not folder.name.startswith("fct_") and folder.name in built:
                    _copy(connection, schema, described[folder.name], str(folder / "*.parquet"))


def _copy(connection: duckdb.DuckDBPyConnection, schema: str, model: Mapping[str, Any], files: str) -> None:
    target = f"{schema}.{identifier(model['name'])}"
    connection.execute(f"create schema if not exists {schema}")
    connection.execute(f"create table {target} as from read_parquet({literal(files)})")
    if model["description"]:
        connection.execute(f"comment on table {target} is {literal(model['description'])}")
    for column in model["columns"].values():
        if column["description"]:
            place = f"{target}.{identifier(column['name'])}"
            connection.execute(f"comment on column {place} is {literal(column['description'])}")
