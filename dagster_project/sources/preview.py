"""What `careloop check` tells of one stream: what a load would find, without landing it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NewFile:
    """A file that the next load would land."""

    file: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """One stream as it is now; `rows` is None where the system does not count, `text` is one line for a reader."""

    source: str
    stream: str
    rows: int | None
    text: str
    new_files: tuple[NewFile, ...] = ()
