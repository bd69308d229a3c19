"""MySQL and MariaDB: numbers, dates and times are made text there, so that even impossible dates come as they are."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from dagster_project.sources.sql.databases import Column, Database, Expression, Relation

# Codes of types in MySQL's protocol, which its drivers give as they are.
_MYSQL_KINDS = {
    **{0: "decimal", 1: "tinyint", 2: "smallint", 3: "int", 4: "float", 5: "double", 6: "null", 7: "timestamp"},
    **{8: "bigint", 9: "mediumint", 10: "date", 11: "time", 12: "datetime", 13: "year", 15: "varchar", 16: "bit"},
    **{245: "json", 246: "decimal", 247: "enum", 248: "set", 249: "text", 250: "text", 251: "text", 252: "text"},
    **{253: "varchar", 254: "char", 255: "geometry"},
}


class MySQL(Database):
    """MySQL and MariaDB: numbers, dates and times are cast there, so that even impossible dates come as they are."""

    def begin(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("set session transaction isolation level repeatable read")
        connection.exec_driver_sql("set session time_zone = '+00:00', session net_write_timeout = 600")
        connection.exec_driver_sql("start transaction with consistent snapshot, read only")

    def now(self, connection: sa.Connection) -> datetime:
        at: datetime = connection.execute(sa.select(sa.func.utc_timestamp(6))).scalar_one()
        return at.replace(tzinfo=UTC)

    def columns(self, connection: sa.Connection, relation: Relation) -> list[Column]:
        return [self._column(it[0], it[1], it[3]) for it in self._described(connection, relation)]

    def _column(self, name: str, code: int, size: int | None) -> Column:
        kind = _MYSQL_KINDS.get(code, "unknown")
        if kind in ("tinyint", "bit") and size == 1:
            kind = "boolean"
        local = kind in ("datetime", "date")
        return Column(name, kind, "local" if local else "utc" if kind == "timestamp" else None)

    def as_text(self, column: Column) -> Expression:
        element = column.element
        match column.kind:
            case "boolean":
                return sa.case(
                    (element == sa.literal_column("1"), "true"),
                    (element == sa.literal_column("0"), "false"),
                    else_=_chars(element + sa.literal_column("0")),
                )
            case "float" | "bit":  # as it stands, a float is rounded to six digits
                return _chars(element + sa.literal_column("0e0" if column.kind == "float" else "0"))
            case "datetime":
                return sa.func.replace(_chars(element), " ", "T")
            case "timestamp":
                return sa.func.concat(sa.func.replace(_chars(element), " ", "T"), "+00:00")
            case "text" | "varchar" | "char" | "enum" | "set" | "json" | "geometry" | "unknown":
                return element
            case _:
                return _chars(element)


def _chars(element: Expression) -> Expression:
    return sa.cast(element, sa.CHAR)
