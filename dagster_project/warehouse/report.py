"""The report of a version: pages that whoever makes them draws from the version, and that stand beside it.

What belongs here: writing them. What stands in them is the business of `dagster_project.report`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb

from dagster_project.warehouse.build import attach_read_only
from dagster_project.warehouse.errors import PublishError
from dagster_project.warehouse.files import appearing, write_whole
from dagster_project.warehouse.workspace import Workspace

# From a connection at the version to the text of each page, by file name.
MakePages = Callable[[duckdb.DuckDBPyConnection], Mapping[str, str]]


def write_report(workspace: Workspace, database: Path, folder: Path, make: MakePages) -> None:
    """Write the pages that `make` draws from a database file; the folder appears when complete.

    Call it with the run lock held, under which new files are private.

    Raises:
        PublishError: a page cannot be written; nothing is left behind.
        Exception: whatever `make` raises; nothing is left behind.
    """
    connection = attach_read_only(workspace, database, "version")
    try:
        connection.execute("use version")
        pages = make(connection)
    finally:
        connection.close()
    try:
        with appearing(folder) as unfinished:
            for name, text in pages.items():
                write_whole(unfinished / name, text)
    except OSError as error:
        raise PublishError(f"{folder}: the report cannot be written: {error.strerror}") from None
