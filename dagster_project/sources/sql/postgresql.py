"""PostgreSQL: every value is made text there, so infinities, years and digits come as it has them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from dagster_project.sources.sql.databases import Column, Database, Expression, Relation


class PostgreSQL(Database):
    """PostgreSQL: every value is cast to text there, so infinities, years and digits are as it has them."""

    def begin(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("set transaction isolation level repeatable read read only")
        for setting in (
            "timezone = 'UTC'",
            "datestyle = 'ISO, YMD'",
            "intervalstyle = 'postgres'",
            "extra_float_digits = 3",
            "bytea_output = 'hex'",
        ):
            connection.exec_driver_sql(f"set local {setting}")

    def now(self, connection: sa.Connection) -> datetime:
        at: datetime = connection.execute(sa.select(sa.func.transaction_timestamp())).scalar_one()
        return at

    def columns(self, connection: sa.Connection, relation: Relation) -> list[Column]:
        described = [(it[0], it[1]) for it in self._described(connection, relation)]
        named = connection.execute(
            sa.text(
                "select cast(oid as bigint), case when typtype = 'c' then 'record' else format_type(oid, null) end "
                "from pg_type where oid in :oids"
            ).bindparams(sa.bindparam("oids", expanding=True)),
            {"oids": [oid for _, oid in described]},
        )
        kinds = {oid: str(kind) for oid, kind in named}
        return [self._column(name, kinds.get(oid, "unknown")) for name, oid in described]

    def _column(self, name: str, kind: str) -> Column:
        local = kind in ("timestamp without time zone", "date")
        instants: Literal["offset", "local"] | None = "offset" if kind == "timestamp with time zone" else None
        return Column(name, kind, "local" if local else instants, is_hex=kind == "bytea")

    def as_text(self, column: Column) -> Expression:
        element = column.element
        if column.kind.endswith("[]"):
            return sa.cast(sa.func.to_json(element), sa.Text)
        match column.kind.rpartition(".")[2]:
            case "timestamp with time zone" | "timestamp without time zone":
                return sa.func.to_json(element).op("#>>")(sa.literal_column("'{}'"))
            case "record" | "hstore":
                return sa.cast(sa.func.to_json(element), sa.Text)
            case "money":  # its text depends on the server's locale
                return sa.cast(sa.cast(element, sa.Numeric), sa.Text)
            case _:
                return sa.cast(element, sa.Text)
