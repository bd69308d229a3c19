"""Names and texts as they stand in SQL. Everything that puts SQL together quotes with these two."""

from __future__ import annotations


def identifier(name: str) -> str:
    """Write a name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write a text as a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
