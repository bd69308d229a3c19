"""A transaction of DuckDB as a context: all of what is done in it stands afterwards, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Begin a transaction, and commit it, or roll it back where something is raised, which is raised on."""
    connection.begin()
    try:
        yield
        connection.commit()
    except BaseException:
        # A commit that fails, as on a full disk, has ended the transaction; that there is none would hide the reason.
        with suppress(duckdb.Error):
            connection.rollback()
        raise
