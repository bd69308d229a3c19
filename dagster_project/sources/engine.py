"""The engine that readers of sources work with: away from the warehouse, bounded in memory whatever the machine."""

from __future__ import annotations

from pathlib import Path

import duckdb


def reading_engine(
    spill: Path, *, memory_limit: str, threads: int, keeps_order: bool = True
) -> duckdb.DuckDBPyConnection:
    """Open an engine of its own, in UTC.

    Args:
        spill: folder for what does not fit into memory.
        memory_limit: as DuckDB writes it, such as `256MB`.
        threads: how many it may use.
        keeps_order: whether rows come out in the order in which they lie in a file; without it less is held at a time.
    """
    connection = duckdb.connect(
        config={
            "memory_limit": memory_limit,
            "threads": threads,
            "temp_directory": str(spill),
            "preserve_insertion_order": keeps_order,
            "autoinstall_known_extensions": False,
        }
    )
    # By itself DuckDB draws a bar on standard output while a query runs, also where that is no terminal.
    connection.execute("set enable_progress_bar = false")
    connection.execute("set TimeZone = 'UTC'")
    return connection
