"""What is asked of a database: all rows or those from a cursor on, keys, counts, and how far rows go."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from dagster_project.source_config.sql import SqlCursor, SqlSource, SqlStream
from dagster_project.sources.errors import SourceError
from dagster_project.sources.parts import usable_names
from dagster_project.sources.sql.databases import Column, Database, Relation
from dagster_project.sources.sql.values import as_text, text_as_bytes


@dataclass(frozen=True)
class Reach:
    """Which rows a load asks for: those with a cursor from `low` on, or without one; all of them if it is None.

    `cursor` is what to save: how far the rows go.
    """

    low: Any = None
    cursor: str | None = None


class Statements:
    """The statements for one stream, and its columns.

    Raises:
        SourceError: its columns cannot be told apart, or a key's or the cursor's column is not there.
    """

    def __init__(self, source: SqlSource, stream: str, database: Database, connection: sa.Connection) -> None:
        self._settings: SqlStream = source.tables[stream]
        self._zone = ZoneInfo(source.time_zone)
        self._where = f"source {source.name!r}, stream {stream!r}"
        self._database = database
        self._connection = connection
        self.relation = Relation.of(self._settings)
        self._rows = self.relation.element(connection.dialect)
        self.columns = database.columns(connection, self.relation)
        try:
            self.names = usable_names([column.name for column in self.columns])
        except SourceError as error:
            reason, _, _ = str(error).rpartition("; ")
            raise SourceError(
                f"{self._where}: {reason}; name them with `as` in a `query`, in place of `table`"
            ) from None
        self.keys = [self._column(name, "key") for name in self._settings.key]
        self._cursor = self._column(self._settings.cursor.column, "cursor") if self._settings.cursor else None

    def _column(self, name: str, role: str) -> Column:
        found = {column.name: column for column in self.columns}
        folded = {column.name.casefold(): column for column in self.columns}
        if column := found.get(name) or folded.get(name.casefold()):
            return column
        near = difflib.get_close_matches(name, found, n=1)
        raise SourceError(
            f"{self._where}: the {self.relation} has no column {name!r}, which is its {role}."
            f"{f' Did you mean {near[0]!r}?' if near else ''} There are: {', '.join(found) or 'none'}"
        )

    def rows(self, columns: list[Column], low: Any = None) -> sa.Select[Any]:
        """Select columns as text, of the rows from a cursor on or of all."""
        texts = [self._database.as_text(column).label(column.name) for column in columns]
        return sa.select(*texts).select_from(self._rows).where(*self._from(low))

    def count(self, low: Any = None) -> int:
        """Count the rows from a cursor on, or all."""
        counted = sa.select(sa.func.count()).select_from(self._rows).where(*self._from(low))
        return int(self._connection.execute(counted).scalar_one())

    def _from(self, low: Any) -> list[sa.ColumnElement[bool]]:
        if low is None or self._cursor is None:
            return []
        element = self._cursor.element
        return [(element >= low) | element.is_(None)]

    def reach(self, saved: str | None, now: datetime) -> Reach:
        """Say from where rows are to be read, and how far they go.

        A row that is dated ahead of the database's clock does not move the cursor, or none after it would be found;
        it is read at each load. Where rows end before the saved cursor, more than the lag, the database was set back,
        or rows are gone: all are read again.

        Args:
            saved: the cursor that an earlier load saved.
            now: the time by the database's clock.
        """
        if self._cursor is None or self._settings.cursor is None:
            return Reach()
        newest = self._newest(self._cursor, now)
        if newest is None:
            return Reach()
        try:
            low = None if saved is None else _less(saved, newest, self._settings.cursor)
            is_ahead = low is not None and newest < low
        except (ValueError, TypeError, ArithmeticError):  # it was saved of a column of another type
            return Reach(cursor=as_text(newest))
        return Reach(None if is_ahead else low, as_text(newest))

    def _newest(self, column: Column, now: datetime) -> Any:
        greatest = sa.select(sa.func.max(column.element)).select_from(self._rows)
        if column.instants:
            return self._connection.execute(greatest.where(column.element <= self._now(column, now))).scalar_one()
        newest: Any = self._connection.execute(greatest).scalar_one()
        at = _instant(newest) if isinstance(newest, str) else None
        if at is None or at <= (now if at.tzinfo else self._local(now)):
            return newest
        # Instants as text: what they are compared with is written like them.
        latest = _like(newest, now if at.tzinfo else self._local(now))
        return self._connection.execute(greatest.where(column.element <= latest)).scalar_one()

    def _now(self, column: Column, now: datetime) -> datetime | date:
        if column.instants == "offset":
            return now
        at = now.astimezone(UTC).replace(tzinfo=None) if column.instants == "utc" else self._local(now)
        return at.date() if column.kind == "date" else at

    def _local(self, now: datetime) -> datetime:
        return now.astimezone(self._zone).replace(tzinfo=None)


def _less(saved: str, newest: Any, cursor: SqlCursor) -> Any:
    """Take the lag off a saved cursor, as a value of the column's type."""
    lag = timedelta(minutes=cursor.lag_minutes)
    match newest:
        case datetime():
            return datetime.fromisoformat(saved) - lag
        case date():
            return (datetime.combine(date.fromisoformat(saved), datetime.min.time()) - lag).date()
        case int() | float() | Decimal():
            return cast(Any, type(newest))(saved) - cursor.lag_numbers
        case str():
            at = _instant(saved)
            return _like(saved, at - lag) if at and lag else saved
        case bytes() | memoryview():
            return text_as_bytes(saved)
        case _:
            return saved


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _like(text: str, at: datetime) -> str:
    """Write an instant as a text writes them: a date alone, or with the same letter between date and time."""
    return at.date().isoformat() if len(text) <= len("2026-11-01") else at.isoformat(sep=text[len("2026-11-01")])
