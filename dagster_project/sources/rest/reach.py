"""How far a list was read: the cursor that is saved, and what is asked for from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from dlt.common import jsonpath

from dagster_project.source_config.rest import RestCursor
from dagster_project.sources.errors import SourceError

_SECOND = {"epoch_seconds": 1, "epoch_milliseconds": 1000}


class Reach:
    """The cursor of one resource in one load. Give it each answer and each record, then ask for the `result`.

    A field's cursor is the greatest value that was seen, never less than the saved one, and never after the moment
    at which the load began by the system's clock: what changes in the first lists while later ones are read, and what
    bears a date in the future, is asked for again.
    """

    def __init__(self, cursor: RestCursor, saved: str | None, *, zone: str) -> None:
        self._cursor = cursor
        self._saved = saved
        self._zone = ZoneInfo(zone)
        self._path = jsonpath.compile_path(cursor.field or cursor.answer or "$")
        self._greatest: tuple[Any, str] | None = None
        self._last: str | None = None
        self._records = 0

    @property
    def asked(self) -> str | None:
        """What `{cursor}` stands for: the saved cursor less the lag. None at a first load."""
        if self._saved is None or self._cursor.answer or self._cursor.format == "text":
            return self._saved
        value = self._value(self._saved)
        if isinstance(value, datetime):
            asked = value - timedelta(minutes=self._cursor.lag_minutes)
            return _text_of(asked if _is_aware(self._saved) else asked.astimezone(self._zone).replace(tzinfo=None))
        seconds = Decimal(str(self._cursor.lag_minutes)) * 60
        return f"{(value - seconds * _SECOND.get(self._cursor.format, 0)).normalize():f}"

    def see_answer(self, answer: Any) -> None:
        """Take the token of an answer, if the cursor is one."""
        if self._cursor.answer:
            found = [value for value in jsonpath.find_values(self._path, answer) if value not in (None, "")]
            self._last = str(found[0]) if found else self._last

    def see_record(self, record: dict[str, Any]) -> None:
        """Take the cursor's field of a record.

        Raises:
            SourceError: it is not written as stated.
        """
        if not self._cursor.field:
            return
        self._records += 1
        for found in jsonpath.find_values(self._path, record):
            if found not in (None, ""):
                text = str(found)
                value = self._value(text)
                if self._greatest is None or value > self._greatest[0]:
                    self._greatest = value, text

    def result(self, began_at: datetime) -> str | None:
        """Give the cursor to save; None where the saved one stays.

        Raises:
            SourceError: a cursor was told that lies before the saved one, or no record has the cursor's field.
        """
        if self._cursor.answer:
            self._must_not_go_back()
            return self._last
        if self._greatest is None:
            if self._records:
                raise SourceError(
                    f"none of {self._records} record(s) has the cursor's field {self._cursor.field!r}; mend its path"
                )
            return None
        value, text = self._greatest
        if isinstance(value, datetime) and value > began_at:
            value, text = began_at, _text_of(began_at)
        elif self._cursor.format in _SECOND:
            now = Decimal(int(began_at.timestamp()) * _SECOND[self._cursor.format])
            value, text = min((value, text), (now, str(now)))
        return text if self._saved is None or value > self._value(self._saved) else None

    def _must_not_go_back(self) -> None:
        if self._saved is None or self._last is None or self._cursor.format == "text":
            return
        try:
            goes_back = self._value(self._last) < self._value(self._saved)
        except SourceError:
            if self._cursor.format == "iso8601":
                return  # the default; such a token has no order
            raise
        if goes_back:
            raise SourceError(
                f"the cursor went back from {self._saved!r} to {self._last!r}; nothing was landed. If the system was "
                "restored from a backup, change the stream's `cursor` or `request`, so that all is read again"
            )

    def _value(self, text: str) -> Any:
        kind = self._cursor.format
        if kind == "text":
            return text
        try:
            if kind == "iso8601":
                at = datetime.fromisoformat(text)
                return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=self._zone).astimezone(UTC)
            number = Decimal(text)
        except (ValueError, InvalidOperation):
            number = Decimal("nan")
        if not number.is_finite():
            raise SourceError(f"the cursor's value {text[:100]!r} is not written as stated by `format: {kind}`")
        return number


def _is_aware(text: str) -> bool:
    return datetime.fromisoformat(text).tzinfo is not None


def _text_of(at: datetime) -> str:
    at = at.astimezone(UTC) if at.tzinfo else at
    text = at.isoformat(timespec="milliseconds" if at.microsecond and at.microsecond % 1000 == 0 else "auto")
    return text.replace("+00:00", "Z")
