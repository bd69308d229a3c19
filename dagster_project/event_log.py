"""Dagster's event log in one SQLite file, over connections that stay open.

Dagster's own log opens up to five connections for each of a run's 1,300 events and waits for the disk at each, half
the time of a small run, measured; and asks over another one whether its tables are there, a third of the rest. Named in
dagster.yaml.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property

import sqlalchemy as sa
from dagster import EventLogEntry
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from sqlalchemy.pool import ConnectionPoolEntry


class PooledSqliteEventLog(ConsolidatedSqliteEventLogStorage):
    """Keeps its connections; a power cut may lose the last events of a run, which is then a failed run anyway."""

    @cached_property
    def _engine(self) -> sa.Engine:
        engine = sa.create_engine(self._conn_string, connect_args={"timeout": 60})

        @sa.event.listens_for(engine, "connect")
        def relax(connection: sa.engine.interfaces.DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
            connection.cursor().execute("pragma synchronous = normal")

        return engine

    def has_table(self, table_name: str) -> bool:
        """Ask until the table is there; nobody drops it."""
        if table_name not in self._tables:
            self._tables.update(sa.inspect(self._engine).get_table_names())
        return table_name in self._tables

    @cached_property
    def _tables(self) -> set[str]:
        return set()

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events in one transaction; a run begins with hundreds, of all that it plans."""
        with self._connect() as connection:
            self._batch.connection = connection
            try:
                super().store_event_batch(events)
            finally:
                del self._batch.connection

    @cached_property
    def _batch(self) -> threading.local:
        return threading.local()

    @contextmanager
    def _connect(self) -> Iterator[sa.Connection]:
        if hasattr(self._batch, "connection"):
            yield self._batch.connection
        else:
            with self._engine.begin() as connection:
                yield connection
