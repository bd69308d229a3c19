"""What a kind of database must say of itself: a read-only snapshot in UTC, the clock, columns' types, values as text.

What belongs here: what all kinds have in common; each has a module of its own. Values are made text by the database
where a driver would lose digits, ranges or what a type means.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from dagster_project.source_config.sql import SqlStream

Expression = sa.ColumnElement[Any]


@dataclass(frozen=True)
class Relation:
    """What a stream reads from: a table or view, or a query."""

    table: str | None
    schema: str | None
    query: str | None

    @classmethod
    def of(cls, stream: SqlStream) -> Relation:
        schema, _, table = (stream.table or "").rpartition(".")
        return cls(table or None, schema or None, stream.query)

    def __str__(self) -> str:
        return f"table {self.schema}.{self.table}" if self.schema else f"table {self.table}" if self.table else "query"

    def element(self, dialect: sa.Dialect) -> sa.FromClause:
        if self.table:
            return sa.table(self.table, schema=self.schema)
        query = (self.query or "").strip().removesuffix(";")
        if dialect.paramstyle in ("format", "pyformat"):
            query = query.replace("%", "%%")
        # As a name that is not quoted: in SQLAlchemy's own texts, a colon would begin a parameter.
        return sa.table(sa.quoted_name(f"(\n{query}\n) as source_rows", quote=False))


@dataclass(frozen=True)
class Column:
    """A column of a table or query.

    Attributes:
        name: as the database has it.
        kind: its type's name, without length and precision; empty where the database has none.
        instants: what its values are, if dates or instants: with an `offset`, in `utc` without one, or in `local` time.
        is_hex: whether `Database.as_text` gives bytes as hex digits.
    """

    name: str
    kind: str
    instants: Literal["offset", "utc", "local"] | None = None
    is_hex: bool = False

    @property
    def element(self) -> sa.ColumnClause[Any]:
        return sa.column(self.name)


class Database(ABC):
    """One kind of database."""

    @abstractmethod
    def begin(self, connection: sa.Connection) -> None:
        """Begin a transaction that can only read, sees one state of the database where it can, and speaks UTC."""

    @abstractmethod
    def now(self, connection: sa.Connection) -> datetime:
        """Ask for the time by the database's clock."""

    @abstractmethod
    def columns(self, connection: sa.Connection, relation: Relation) -> list[Column]:
        """Describe the columns of a table or query."""

    @abstractmethod
    def as_text(self, column: Column) -> Expression:
        """Render a column as text, or as what `values.as_text` writes as text without loss."""

    def _described(self, connection: sa.Connection, relation: Relation) -> Sequence[Sequence[Any]]:
        with connection.execute(
            sa.select(sa.text("*")).select_from(relation.element(connection.dialect)).where(sa.false())
        ) as result:
            assert result.cursor is not None
            return list(result.cursor.description)
