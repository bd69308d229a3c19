"""Formats of instants: DuckDB's for `strptime`, written as Java's `DateTimeFormatter` reads them."""

from __future__ import annotations

import re

# Alone, a field of one letter takes as many digits as there are; next to another it needs its full width.
_FIELDS = {
    "%d": ("d", "dd"),
    "%-d": ("d", "d"),
    "%m": ("M", "MM"),
    "%-m": ("M", "M"),
    "%Y": ("y", "yyyy"),
    "%y": ("yy", "yy"),
    "%H": ("H", "HH"),
    "%-H": ("H", "H"),
    "%I": ("h", "hh"),
    "%-I": ("h", "h"),
    "%M": ("m", "mm"),
    "%-M": ("m", "m"),
    "%S": ("s", "ss"),
    "%-S": ("s", "s"),
    "%f": ("SSSSSS", "SSSSSS"),
    "%g": ("SSS", "SSS"),
    "%n": ("SSSSSSSSS", "SSSSSSSSS"),
    "%p": ("a", "a"),
    "%a": ("E", "E"),
    "%b": ("MMM", "MMM"),
    "%B": ("MMMM", "MMMM"),
    "%j": ("D", "DDD"),
    "%z": ("XX", "XX"),
    "%Z": ("z", "z"),
}
_PARTS = re.compile(r"%-?[a-zA-Z%]|[^%]+")


class FormatError(Exception):
    """A format has a field that Spark cannot read."""


def java_format(pattern: str) -> str:
    """Write a format of `strptime` for Java.

    Raises:
        FormatError: it has a field that Java has no letter for; the message names it and those that are allowed.
    """
    parts = _PARTS.findall(pattern)
    written = []
    for before, part, after in zip(["", *parts], parts, [*parts[1:], ""], strict=False):
        if part == "%%":
            written.append("%")
        elif not part.startswith("%"):
            written.append("".join(f"'{it}'" if it.isalpha() else "''" if it == "'" else it for it in part))
        elif part in _FIELDS:
            alone, adjacent = _FIELDS[part]
            written.append(adjacent if before.startswith("%") or after.startswith("%") else alone)
        else:
            raise FormatError(f"format {pattern!r}: Spark cannot read {part}; it reads {', '.join(_FIELDS)}")
    return "".join(written)
