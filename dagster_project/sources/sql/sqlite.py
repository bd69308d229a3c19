"""SQLite: values come as they were stored, whatever their column says; only booleans are made text there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from dagster_project.quoting import identifier
from dagster_project.sources.sql.databases import Column, Database, Expression, Relation


class SQLite(Database):
    """SQLite: values are as they were stored, whatever their column says, save for booleans."""

    def begin(self, connection: sa.Connection) -> None:
        raw: Any = connection.connection.driver_connection
        raw.text_factory = _text_or_bytes
        connection.exec_driver_sql("pragma query_only = on")
        connection.exec_driver_sql("begin")

    def now(self, connection: sa.Connection) -> datetime:
        clock = sa.func.strftime("%Y-%m-%dT%H:%M:%f+00:00", "now")
        text: str = connection.execute(sa.select(clock)).scalar_one()
        return datetime.fromisoformat(text)

    def columns(self, connection: sa.Connection, relation: Relation) -> list[Column]:
        kinds: dict[str, str] = {}
        if relation.table:
            schema = f"{identifier(relation.schema)}." if relation.schema else ""
            described = connection.exec_driver_sql(f"pragma {schema}table_xinfo({identifier(relation.table)})")
            for _, name, declared, *_ in described:
                kinds[str(name)] = str(declared).lower().partition("(")[0].strip()
        return [Column(it[0], kinds.get(it[0], "")) for it in self._described(connection, relation)]

    def as_text(self, column: Column) -> Expression:
        element = column.element
        if not column.kind.startswith("bool"):
            return element
        is_number = sa.func.typeof(element) == "integer"
        return sa.case((is_number & (element == 1), "true"), (is_number & (element == 0), "false"), else_=element)


def _text_or_bytes(value: bytes) -> str | bytes:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value
