"""Large tables: those that a build left as folders of Parquet files, for one machine's file is not their place.

What belongs here: whether such a folder may be published. Publishing links its files into the version's exports.
"""

from __future__ import annotations

import glob
from collections.abc import Mapping
from pathlib import Path

import duckdb

from dagster_project.quoting import literal
from dagster_project.warehouse.build import connect
from dagster_project.warehouse.relations import PUBLISHED_SCHEMAS
from dagster_project.warehouse.workspace import Workspace

# Spark writes this file last.
WRITTEN_WHOLE = "_SUCCESS"


def rows_of_large_tables(workspace: Workspace, tables: Mapping[str, Path]) -> tuple[dict[str, int], list[str]]:
    """Count the rows that the files of each table say they have; returns them, and what is not to be published."""
    rows, refusals = {}, []
    for name, folder in tables.items():
        if name.split(".")[0] not in PUBLISHED_SCHEMAS:
            refusals.append(f"{name} is not to be published; allowed schemas are {', '.join(PUBLISHED_SCHEMAS)}")
            continue
        if not (folder / WRITTEN_WHOLE).is_file():
            refusals.append(f"{name}: {folder} has no {WRITTEN_WHOLE}, so not all of it was written")
            continue
        with connect(workspace, read_only=True) as connection:
            try:
                files = literal(f"{glob.escape(str(folder))}/*.parquet")
                (counted,) = connection.execute(f"select count(*) from read_parquet({files})").fetchall()
                rows[name] = int(counted[0])
            except duckdb.Error as error:
                refusals.append(f"{name}: {folder} cannot be read: {str(error).splitlines()[0]}")
    return rows, refusals
