"""The SQLAlchemy dialect through which Great Expectations reads a DuckDB file.

duckdb-engine alone does not do: Great Expectations fetches a result after it has closed the connection that ran the
query, and reads a table's columns by schema. Importing this module registers the dialect under `ADDRESS`; the file
comes as `connect_args={"database": path}`, so that no character of a path can be taken for part of an address.
"""

from __future__ import annotations

from typing import Any

import duckdb
import sqlalchemy
from duckdb_engine import ConnectionWrapper, CursorWrapper, Dialect
from sqlalchemy.dialects import registry
from sqlalchemy.engine.interfaces import ReflectedColumn, ReflectedPrimaryKeyConstraint

ADDRESS = "duckdb+careloop://"


class OwnCursors(ConnectionWrapper):
    """A connection whose every query has a cursor of its own, so that results outlive its return to the pool."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self._connection = connection

    def cursor(self) -> CursorWrapper:
        return CursorWrapper(self._connection.cursor(), self)


class ReadOnlyDuckDB(Dialect):
    """duckdb-engine's dialect over one file that is opened read-only."""

    supports_statement_cache = False

    def connect(self, *_: Any, **arguments: Any) -> Any:
        return OwnCursors(duckdb.connect(arguments["database"], read_only=True))

    def get_columns(
        self, connection: sqlalchemy.Connection, table_name: str, schema: str | None = None, **_: Any
    ) -> list[ReflectedColumn]:
        rows = connection.exec_driver_sql(
            """
            select column_name, is_nullable from duckdb_columns()
            where database_name = current_database() and schema_name = $1 and table_name = $2
            order by column_index
            """,
            (schema, table_name),
        ).fetchall()
        # No kind of expectation in use looks at types, so none are translated.
        return [
            {"name": str(name), "type": sqlalchemy.types.NullType(), "nullable": bool(nullable), "default": None}
            for name, nullable in rows
        ]

    def get_pk_constraint(
        self, connection: sqlalchemy.Connection, table_name: str, schema: str | None = None, **_: Any
    ) -> ReflectedPrimaryKeyConstraint:
        return {"constrained_columns": [], "name": None}


registry.register("duckdb.careloop", __name__, ReadOnlyDuckDB.__name__)

# duckdb-engine hangs a rule on a class of SQLAlchemy's that Great Expectations keeps alive beyond the end of the
# interpreter; through it DuckDB would be kept as well, and complain of leaks on the last lines of every run.
vars(sqlalchemy.TryCast)["_compiler_dispatcher"].specs.pop("duckdb")
