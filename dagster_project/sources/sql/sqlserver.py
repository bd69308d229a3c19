"""SQL Server: instants are made text there, since drivers drop their seventh digit."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from dagster_project.sources.sql.databases import Column, Database, Expression, Relation


class SQLServer(Database):
    """SQL Server: a snapshot where the database allows them. It has no read-only transactions; rights must do that."""

    def begin(self, connection: sa.Connection) -> None:
        allows = sa.text("select snapshot_isolation_state from sys.databases where database_id = db_id()")
        level = "snapshot" if connection.execute(allows).scalar_one() == 1 else "read committed"
        connection.rollback()  # a level is chosen before the transaction that it is for
        connection.exec_driver_sql(f"set transaction isolation level {level}")

    def now(self, connection: sa.Connection) -> datetime:
        at: datetime = connection.execute(sa.select(sa.func.sysutcdatetime())).scalar_one()
        return at.replace(tzinfo=UTC)

    def columns(self, connection: sa.Connection, relation: Relation) -> list[Column]:
        statement = (
            sa.select(sa.text("*"))
            .select_from(relation.element(connection.dialect))
            .compile(dialect=connection.dialect)
        )
        described = connection.execute(
            sa.text("exec sp_describe_first_result_set @tsql = :statement"), {"statement": str(statement)}
        ).mappings()
        return [self._column(it["name"] or "", it["system_type_name"] or "unknown") for it in described]

    def _column(self, name: str, declared: str) -> Column:
        kind = declared.partition("(")[0]
        local = kind in ("datetime2", "datetime", "smalldatetime", "date")
        return Column(name, kind, "local" if local else "offset" if kind == "datetimeoffset" else None)

    def as_text(self, column: Column) -> Expression:
        element = column.element
        match column.kind:
            case "datetime2" | "datetime" | "smalldatetime":
                return self._iso(element)
            case "datetimeoffset":
                in_utc = sa.func.convert(sa.literal_column("datetime2(7)"), sa.func.switchoffset(element, "+00:00"))
                return self._iso(in_utc) + sa.literal("+00:00")
            case "date" | "time":  # drivers drop the seventh digit of a second
                return sa.cast(element, sa.VARCHAR(16))
            case _:
                return element

    def _iso(self, element: Expression) -> Expression:
        return sa.func.convert(sa.literal_column("varchar(27)"), element, sa.literal_column("126"))
