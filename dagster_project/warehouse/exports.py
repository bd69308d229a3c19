"""Exports: a version as Parquet files, for readers without DuckDB.

What belongs here: writing them. They hold what the version's database file holds; only 128-bit integers, which Parquet
does not know, become floating point, so models that sum integers cast the result.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from dagster_project.quoting import literal
from dagster_project.warehouse.build import attach_read_only
from dagster_project.warehouse.errors import PublishError
from dagster_project.warehouse.files import appearing, fsync
from dagster_project.warehouse.relations import published_relations
from dagster_project.warehouse.workspace import Workspace


def export_tables(workspace: Workspace, database: Path, folder: Path) -> None:
    """Write every table of a database file to `<folder>/<schema>/<table>.parquet`; the folder appears when complete.

    Call it with the run lock held, under which new files are private.

    Raises:
        PublishError: a table cannot be written; nothing is left behind.
    """
    with appearing(folder) as unfinished:
        _write(workspace, database, unfinished)


def _write(workspace: Workspace, database: Path, folder: Path) -> None:
    connection = attach_read_only(workspace, database, "version")
    try:
        # Files in the table's own order, so that the same data gives the same bytes.
        connection.execute("set preserve_insertion_order = true")
        for relation in published_relations(connection, "version"):
            file = folder / relation.schema / f"{relation.name}.parquet"
            (folder / relation.schema).mkdir(exist_ok=True)
            source, target = relation.within("version"), literal(str(file))
            try:
                connection.execute(f"copy {source} to {target} (format parquet, compression zstd)")
            except duckdb.Error as error:
                raise PublishError(f"{file}: {relation} cannot be exported: {str(error).splitlines()[0]}") from None
            fsync(file)
        for schema_folder in folder.iterdir():
            fsync(schema_folder)
    finally:
        connection.close()
