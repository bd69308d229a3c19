"""The kinds of single values that sources are described with: time zones, encodings, paths, instants, names."""

from __future__ import annotations

import codecs
import os
import re
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import available_timezones

import duckdb
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from dagster_project.yaml_file import FOLDER


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"unknown time zone {name!r}; allowed is an IANA name such as 'UTC' or 'Europe/Berlin'")
    return name


def _encoding(name: str) -> str:
    try:
        canonical: str = codecs.lookup(name).name
        "a".encode(name)  # refuses what is no text encoding, such as base64; an empty text would pass
    except LookupError:
        raise ValueError(f"unknown encoding {name!r}; allowed is any text encoding that Python knows") from None
    return canonical


def _below_config(path: str, info: ValidationInfo) -> str:
    folder: Path = (info.context or {}).get(FOLDER, Path.cwd())
    return os.path.normpath(folder / Path(path).expanduser())


def _instant(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        at = None
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise ValueError("not an instant with offset; expected ISO 8601 such as 2026-07-01T00:00:00Z")
    return at


def _instant_format(text: str) -> str:
    fault = _fault_of_format(text)
    if fault:
        raise ValueError(fault)
    return text


@cache
def _fault_of_format(text: str) -> str:
    """Write an instant in the format and read that back: it may lose small units, and nothing else.

    Says the fault rather than raising it, since pydantic would keep the error, and with it the connection, for ever.
    """
    try:
        with duckdb.connect() as connection:
            found = connection.execute(
                """
                select cast(try_strptime(strftime(written, $format), $format) as timestamp) in (
                    select date_trunc(unit, written)
                    from unnest(['day', 'hour', 'minute', 'second', 'millisecond', 'microsecond']) as units (unit)
                )
                from (select timestamp '2026-07-31 13:45:56.789012' as written)
                """,
                {"format": text},
            ).fetchone()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].removeprefix("Invalid Input Error: ")
        return f"{reason}; allowed are DuckDB's, such as '%d.%m.%Y %H:%M:%S'"
    return "" if found == (True,) else "does not tell instants apart; it needs day, month and year, and %p beside %I"


def _days(text: Any) -> timedelta:
    found = re.fullmatch(r"([1-9]\d{0,5}) days?", text) if isinstance(text, str) else None
    if not found:
        raise ValueError("not a number of days; expected one such as `730 days`")
    return timedelta(days=int(found[1]))


TimeZone = Annotated[str, AfterValidator(_time_zone)]
Encoding = Annotated[str, AfterValidator(_encoding)]
ConfigPath = Annotated[str, AfterValidator(_below_config)]
Instant = Annotated[datetime, BeforeValidator(_instant)]
Retention = Annotated[timedelta, BeforeValidator(_days)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
OneCharacter = Annotated[str, Field(min_length=1, max_length=1)]
InstantFormat = Annotated[str, AfterValidator(_instant_format)]
