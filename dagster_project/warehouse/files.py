"""Files that survive a crash: written whole or not at all, and on disk before anything relies on them."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TEMPORARY_SUFFIX = ".part"


def fsync(path: Path) -> None:
    """Wait until a file's content, or a folder's entries, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, text: str) -> None:
    """Write or replace a small text file in one step; readers see the old content or the new."""
    temporary = path.with_name(f".{path.name}{TEMPORARY_SUFFIX}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    fsync(path.parent)


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """Make a folder that is there only when complete: fill the hidden one given; on an error nothing is left."""
    unfinished = folder.with_name(f".{folder.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    try:
        yield unfinished
        fsync(unfinished)
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished)
        raise
    fsync(folder.parent)


def point(link: Path, target: Path) -> None:
    """Make `link` a symbolic link to `target`, or turn it there, in one step; relative, so the folder can move."""
    temporary = link.with_name(f".{link.name}{TEMPORARY_SUFFIX}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(os.path.relpath(target, link.parent))
    temporary.replace(link)
    fsync(link.parent)


def sha256(path: Path) -> str:
    """Content hash of a file, in hexadecimal.

    Not for a file that this process has open in DuckDB: closing any descriptor of it drops DuckDB's lock.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def wal_of(database: Path) -> Path:
    """DuckDB's write-ahead log beside a database file: changes that are not in the file yet."""
    return database.with_name(f"{database.name}.wal")
