"""The build file: how every connection to it is opened, and what is said when it cannot be.

What belongs here: DuckDB's settings and the opening of files. What is built in the file is dbt's business.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb

from dagster_project.quoting import identifier, literal
from dagster_project.warehouse.errors import BuildFileError, WorkspaceBusy
from dagster_project.warehouse.files import wal_of
from dagster_project.warehouse.workspace import Workspace

# A thread holds vectors of every expression of a wide model and the rows it is about to write, which do not spill: with
# two threads and 1 GB, the answers of 800,000 questionnaires did not fit; with one, half of it is left.
MEMORY_MB_OF_A_THREAD = 512
# The system's words in DuckDB's errors, where rebuilding a file would not help.
NO_ROOM = "No space left on device"


def engine_settings(workspace: Workspace) -> dict[str, str]:
    """Return the DuckDB settings of every connection; the extensions that are needed are inside the wheel."""
    return {
        "TimeZone": "UTC",
        "memory_limit": workspace.memory_limit,
        "threads": str(_threads(workspace.memory_limit)),
        "temp_directory": str(workspace.tmp),
        "max_temp_directory_size": workspace.spill_limit,
        "preserve_insertion_order": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        # Else DuckDB draws a bar on standard output, also where that is no terminal.
        "enable_progress_bar": "false",
    }


def _threads(memory_limit: str) -> int:
    """Count the threads that there are processors and memory for, at least one."""
    megabytes = float(memory_limit[:-2]) * {"MB": 1, "GB": 1000}[memory_limit[-2:]]
    return max(1, min(os.cpu_count() or 1, int(megabytes / MEMORY_MB_OF_A_THREAD)))


def connect(workspace: Workspace, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open the build file, which is created if need be, with the settings of the house.

    Raises:
        BuildFileError: the file is missing (`read_only`), damaged, or open in this process with other settings.
        WorkspaceBusy: another process has it open.
    """
    file = workspace.build_file
    if read_only and not file.exists():
        raise BuildFileError(f"{file}: there is no build file yet; `careloop run` makes it")
    try:
        connection = duckdb.connect(str(file), read_only=read_only)
    except duckdb.ConnectionException as error:
        raise BuildFileError(
            f"{file}: open in this process with other settings; close that first, for dbt with "
            f"DuckDBConnectionManager.close_all_connections() ({first_line(error)})"
        ) from None
    except duckdb.Error as error:
        if "Could not set lock" in str(error):
            raise WorkspaceBusy(file, first_line(error)) from None
        raise damaged(workspace, error) from None
    file.chmod(0o600)
    return _with_settings(connection, workspace)


def damaged(workspace: Workspace, error: duckdb.Error, what: str = "cannot be opened") -> BuildFileError:
    """Say that DuckDB stumbles over the build file; nothing is lost, it is rebuilt from the landing zone."""
    if NO_ROOM in str(error):
        return BuildFileError(f"{workspace.build_file}: {what}: {first_line(error)}; make room and run again")
    return BuildFileError(
        f"{workspace.build_file}: {what}: {first_line(error)}; "
        "rebuild it from the landing zone with `careloop run --full-refresh`"
    )


def attach_read_only(workspace: Workspace, database: Path, name: str) -> duckdb.DuckDBPyConnection:
    """Open an engine of its own, away from the build file, with one database attached as `name` for reading."""
    connection = _with_settings(duckdb.connect(), workspace)
    try:
        connection.execute(f"attach {literal(str(database))} as {identifier(name)} (read_only)")
    except BaseException:
        connection.close()
        raise
    return connection


def _with_settings(connection: duckdb.DuckDBPyConnection, workspace: Workspace) -> duckdb.DuckDBPyConnection:
    try:
        # Connections of one process share the engine, and a temporary folder in use cannot be set, even to itself.
        in_force = dict(connection.execute("select name, value from duckdb_settings()").fetchall())
        for name, value in engine_settings(workspace).items():
            if in_force.get(name) != value:
                connection.execute(f"set {name} = {literal(value)}")
        if in_force["enable_external_access"] == "true":
            keep_to_folders(connection, workspace.folder)
    except BaseException:
        connection.close()
        raise
    return connection


def keep_to_folders(connection: duckdb.DuckDBPyConnection, *folders: Path) -> None:
    """Let an engine read and write files below these folders alone, for as long as it lives; nothing lets it out again.

    SQL of mappings runs in it. That it is no statement is checked where it is read; this is the second lock.
    """
    connection.execute(f"set allowed_directories = [{', '.join(literal(str(folder)) for folder in folders)}]")
    connection.execute("set enable_external_access = false")


def discard_build(workspace: Workspace) -> None:
    """Remove the build file and a build on Spark, as a full refresh does; what is landed or published stays."""
    with workspace.lock("full refresh"):
        if workspace.spark.exists():
            shutil.rmtree(workspace.spark)
        # The log first: alone it would be replayed into the next build file.
        wal_of(workspace.build_file).unlink(missing_ok=True)
        workspace.build_file.unlink(missing_ok=True)


def first_line(error: duckdb.Error) -> str:
    """Return what went wrong, without the SQL below it."""
    return str(error).splitlines()[0]
