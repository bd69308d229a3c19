"""Values as text, for what a database does not make text of itself; nothing is lost on the way."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime, time
from decimal import Decimal

_HEX = "\\x"


def as_text(value: object) -> str | None:
    r"""Write a value as it is landed.

    Instants are ISO 8601, in UTC if they have an offset; decimals have all their digits; bytes are UTF-8 text, or hex
    digits after `\x` (see `bytes_as_text`); lists and objects are JSON.
    """
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return repr(value) if math.isfinite(value) else str(Decimal(value))
        case Decimal():
            return format(value, "f")
        case datetime():
            return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
        case date() | time():
            return value.isoformat()
        case bytes() | bytearray() | memoryview():
            return bytes_as_text(bytes(value))
        case list() | dict():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)


def bytes_as_text(value: bytes) -> str:
    r"""Write bytes as the UTF-8 text they are; where they are none, or begin like hex, as `\x` and hex digits."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return _HEX + value.hex()
    return _HEX + value.hex() if text.startswith(_HEX) else text


def text_as_bytes(text: str) -> bytes:
    """Undo `bytes_as_text`."""
    return bytes.fromhex(text.removeprefix(_HEX)) if text.startswith(_HEX) else text.encode()


def hex_as_text(value: str | None) -> str | None:
    r"""Write bytes that PostgreSQL gives as `\x` and hex digits."""
    return None if value is None else bytes_as_text(bytes.fromhex(value.removeprefix(_HEX)))
