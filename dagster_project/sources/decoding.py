"""From the bytes of a file to text: decompression, the hash of the content, and clean UTF-8 whatever the encoding.

What belongs here: what happens to bytes before a format's reader sees them. Memory use is bounded; what has to be
rewritten goes to a scratch folder.
"""

from __future__ import annotations

import codecs
import errno
import gzip
import hashlib
import io
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from dagster_project.sources.errors import SourceError

UNDECODABLE = "\ufdd0"
"""Stands before the two hex digits of a byte that the stated encoding cannot decode; no text may hold it (Unicode)."""

# What a file may unpack to: tables of text come to 20 times their compressed size, rarely to 100 times.
MAX_UNPACKED_RATIO = 250
UNPACKED_BYTES_OF_ANY_FILE = 256 * 2**20
_CHUNK_BYTES = 2**20
MARK = "careloop.mark"
_COMPRESSED = (".gz", ".zst")
_NO_REWRITE = {"utf-8", "utf-8-sig", "ascii"}


def _mark(error: UnicodeError) -> tuple[str | bytes, int]:
    if isinstance(error, UnicodeDecodeError):
        return "".join(f"{UNDECODABLE}{byte:02x}" for byte in error.object[error.start : error.end]), error.end
    if isinstance(error, UnicodeEncodeError):  # a codec such as UTF-7 decodes to lone surrogates
        surrogates = error.object[error.start : error.end].encode("utf-8", "surrogatepass")
        return "".join(f"{UNDECODABLE}{byte:02x}" for byte in surrogates).encode(), error.end
    raise error


codecs.register_error(MARK, _mark)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file's content, decompressed where its name ends in .gz or .zst.

    Raises:
        SourceError: the content cannot be read, or is not compressed as the name says.
    """
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path) as unzipped:
                yield _bounded(unzipped, path)
        elif path.suffix.lower() == ".zst":
            with pa.input_stream(path, compression="zstd") as inflated:
                yield _bounded(inflated, path)
        else:
            with path.open("rb") as plain:
                yield plain
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise  # about the scratch folder, to which the content was being copied
        raise SourceError(f"cannot be read: {error}; check its permissions, and whether it is whole") from None


class _Bounded(io.RawIOBase):
    """Reads unpacked bytes up to a limit, so that a small file cannot fill the disk."""

    def __init__(self, unpacked: Any, limit: int) -> None:
        self._unpacked = unpacked
        self._limit = limit
        self._left = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content = self._unpacked.read(len(buffer))
        self._left -= len(content)
        if self._left < 0:
            raise SourceError(
                f"unpacks to more than {self._limit:,} bytes, {MAX_UNPACKED_RATIO} times its size and more; "
                "if that is right, unpack it before"
            )
        buffer[: len(content)] = content
        return len(content)


def _bounded(unpacked: Any, path: Path) -> BinaryIO:
    return io.BufferedReader(_Bounded(unpacked, unpacked_limit(path)), _CHUNK_BYTES)


def unpacked_limit(path: Path) -> int:
    """Give the bytes that a compressed file may unpack to."""
    return max(UNPACKED_BYTES_OF_ANY_FILE, MAX_UNPACKED_RATIO * path.stat().st_size)


def content_sha256(path: Path) -> str:
    """Hex digest of a file's decompressed content."""
    digest = hashlib.sha256()
    with opened(path) as content:
        while chunk := content.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def plain_file(path: Path, scratch: Path) -> Path:
    """Give a file with the decompressed content of `path`: itself, or a copy in `scratch`."""
    if path.suffix.lower() not in _COMPRESSED:
        return path
    copy = scratch / "content"
    with opened(path) as content, copy.open("wb") as out:
        shutil.copyfileobj(content, out, _CHUNK_BYTES)
    return copy


def utf8_file(path: Path, encoding: str, scratch: Path) -> Path:
    """Give a file with the text of `path` in UTF-8 without byte-order mark: itself, or a copy in `scratch`.

    Each byte that cannot be decoded becomes `UNDECODABLE` and two hex digits.
    """
    if path.suffix.lower() not in _COMPRESSED and encoding in _NO_REWRITE and _is_clean(path, encoding):
        return path
    copy = scratch / "text"
    try:
        with (
            opened(path) as content,
            io.TextIOWrapper(content, encoding=encoding, errors=MARK, newline="") as text,
            copy.open("w", encoding="utf-8", errors=MARK, newline="") as out,
        ):
            out.write(text.read(1).removeprefix("\ufeff"))
            while chunk := text.read(_CHUNK_BYTES):
                out.write(chunk)
    except (UnicodeError, LookupError) as error:
        raise SourceError(f"{encoding} is not an encoding of files: {error}; state another `encoding`") from None
    return copy


def _is_clean(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder("ascii" if encoding == "ascii" else "utf-8")()
    with opened(path) as content:
        chunk = content.read(_CHUNK_BYTES)
        if chunk.startswith(codecs.BOM_UTF8):
            return False
        try:
            while chunk:
                decoder.decode(chunk)
                chunk = content.read(_CHUNK_BYTES)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
