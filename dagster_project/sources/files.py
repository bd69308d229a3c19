"""Sources of kind `files`: finding new files by their content, and landing each file set as a stream.

What belongs here: which files there are, which of them are new, and that a load is landed whole or not at all. How a
format is read belongs in its own module.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from dagster_project.error_texts import without_values
from dagster_project.landing import REJECTS, Batch, Landing, LandingZone
from dagster_project.manifest import Identity, LandedFile
from dagster_project.source_config.files import CsvFiles, ExcelFiles, FileSet, FileSource, JsonLinesFiles, ParquetFiles
from dagster_project.sources import delimited, excel, jsonlines, parquet
from dagster_project.sources.decoding import content_sha256, plain_file, utf8_file
from dagster_project.sources.engine import reading_engine
from dagster_project.sources.errors import SourceError
from dagster_project.sources.parts import Outcome, RejectWriter, Target
from dagster_project.sources.preview import NewFile, Preview

Check = Callable[[str, str, tuple[str, ...]], None]
"""Called with stream, file and columns of each new file; raises where the columns do not do."""

_NOT_PARSING = {"path", "null_values", "extracted_at"}
_MAX_THREADS = 4
_MEMORY_LIMIT = "1GB"


class _ColumnsSeen(Exception):  # noqa: N818 - not an error
    """Ends the reading of a file of which nothing but the columns is asked."""


@dataclass(frozen=True)
class _File:
    """A file of a set, the name it is landed under, and what shows whether it was changed while it was read."""

    path: Path
    name: str
    size_bytes: int
    modified_ns: int

    @property
    def modified_at(self) -> datetime:
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=self.modified_ns // 1000)

    def must_be_unchanged(self) -> None:
        status = self.path.stat()
        if (status.st_size, status.st_mtime_ns) != (self.size_bytes, self.modified_ns):
            raise SourceError("was changed while it was read; run again when it is complete")


def extract(source: FileSource, zone: LandingZone, *, config_folder: Path, check: Check) -> list[Batch]:
    """Land what is new in the files of a source: one batch a stream that has any, all of them or none.

    Args:
        source: the source; its paths are absolute.
        zone: where to land.
        config_folder: files below it are named relative to it, others from the last fixed folder of their pattern on.
        check: called with each new file's columns before anything is landed.

    Raises:
        SourceError: a file cannot be landed, or a path matches none and the stream has never been landed.
        LandingError: a file's records are not as many as an independent count finds.
    """
    with ExitStack() as stack:
        landings = []
        for stream, settings in source.streams.items():
            found = _found(source.name, stream, settings, zone, config_folder)
            new = _identified(source.name, stream, settings, found)
            missing = zone.missing(source.name, stream, new)
            if missing:
                landing = stack.enter_context(zone.landing(source.name, stream, missing))
                _land({identity: new[identity] for identity in missing}, settings, landing, check)
                landings.append(landing)
        return [landing.commit() for landing in landings]


def preview(source: FileSource, zone: LandingZone, *, config_folder: Path) -> list[Preview]:
    """Say of each stream how many files there are, and the columns of new ones; content is read for that."""
    previews = []
    for stream, settings in source.streams.items():
        found = _found(source.name, stream, settings, zone, config_folder)
        identified = _identified(source.name, stream, settings, found)
        new = [identified[identity] for identity in zone.missing(source.name, stream, identified)]
        text = f"{len(found)} {settings.format} file(s), {len(new)} of them new"
        columns = _columns(source.name, stream, settings, new) if new else ()
        previews.append(Preview(source.name, stream, None, text, columns))
    return previews


def matching_files(settings: FileSet) -> list[Path]:
    """List the files that a file set's paths match now, by name."""
    return [path for pattern in settings.path for path in _matching(Path(pattern))[1]]


def _found(source: str, stream: str, settings: FileSet, zone: LandingZone, config_folder: Path) -> list[_File]:
    found: dict[Path, _File] = {}
    for pattern in settings.path:
        folder, paths = _matching(Path(pattern))
        if not paths and not zone.batches(source, stream):
            hint = "; it is a folder, add a pattern such as /*.csv" if Path(pattern).is_dir() else ""
            raise SourceError(
                f"source {source!r}, stream {stream!r}: no file matches {pattern!r}{hint}; "
                "put files there, or mend `path` (relative to the configuration file)"
            )
        for path in paths:
            base = config_folder if path.is_relative_to(config_folder) else folder.parent
            status = path.stat()
            name = path.relative_to(base).as_posix()
            found.setdefault(path, _File(path, name, status.st_size, status.st_mtime_ns))
    return list(found.values())


def _matching(pattern: Path) -> tuple[Path, list[Path]]:
    """Give the fixed folder of a pattern, and the files that match it, by name."""
    if pattern.is_file():
        return pattern.parent, [pattern]
    parts = pattern.parts
    fixed = next((index for index, part in enumerate(parts) if glob.has_magic(part)), len(parts) - 1)
    folder = Path(*parts[:fixed])
    below = str(Path(*parts[fixed:]))
    names = glob.glob(below, root_dir=folder, recursive=True)  # noqa: PTH207 - pathlib's would match hidden files
    return folder, [folder / name for name in sorted(names) if (folder / name).is_file()]


def _identified(source: str, stream: str, settings: FileSet, files: list[_File]) -> dict[Identity, _File]:
    stated = settings.model_dump(mode="json", exclude=_NOT_PARSING, exclude_defaults=True)
    settings_sha256 = hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()
    identified: dict[Identity, _File] = {}
    for file in files:
        with _telling(source, stream, file):
            sha256 = content_sha256(file.path)
        identified.setdefault(Identity(sha256=sha256, settings_sha256=settings_sha256), file)
    return identified


def _land(files: dict[Identity, _File], settings: FileSet, landing: Landing, check: Check) -> None:
    with _reading(landing.scratch, landing.folder / REJECTS) as (connection, rejects):
        for identity, file in files.items():
            extracted_at = (settings.extracted_at or file.modified_at).astimezone(UTC)
            part = landing.next_part
            with (
                _telling(landing.source, landing.stream, file),
                TemporaryDirectory(dir=landing.scratch) as scratch,
            ):
                target = Target(
                    source=landing.source,
                    load_id=landing.load_id,
                    extracted_at=extracted_at.replace(tzinfo=None),
                    file=file.name,
                    part=landing.folder / part,
                    scratch=Path(scratch),
                    rejects=rejects,
                    connection=connection,
                    check=partial(check, landing.stream, file.name),
                )
                outcome = _read(file.path, settings, target)
                file.must_be_unchanged()
            landing.add(
                LandedFile(
                    **identity.model_dump(),
                    file=file.name,
                    part=part,
                    rows=outcome.rows,
                    rejected=outcome.rejected,
                    counted=outcome.counted,
                    columns=outcome.columns,
                    extracted_at=extracted_at,
                )
            )


def _columns(source: str, stream: str, settings: FileSet, files: list[_File]) -> tuple[NewFile, ...]:
    """Read each file as landing does, no further than to its columns; one without a record has none to tell."""
    seen: list[NewFile] = []

    def keep(file: str, columns: tuple[str, ...]) -> None:
        seen.append(NewFile(file, columns))
        raise _ColumnsSeen

    with TemporaryDirectory() as folder, _reading(Path(folder), Path(folder) / REJECTS) as (connection, rejects):
        for file in files:
            with suppress(_ColumnsSeen), _telling(source, stream, file), TemporaryDirectory(dir=folder) as scratch:
                target = Target(
                    source=source,
                    load_id="",
                    extracted_at=file.modified_at.replace(tzinfo=None),
                    file=file.name,
                    part=Path(scratch) / "part",
                    scratch=Path(scratch),
                    rejects=rejects,
                    connection=connection,
                    check=partial(keep, file.name),
                )
                _read(file.path, settings, target)
    return tuple(seen)


@contextmanager
def _reading(scratch: Path, rejects: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, RejectWriter]]:
    threads = min(os.cpu_count() or 1, _MAX_THREADS)
    with (
        reading_engine(scratch, memory_limit=_MEMORY_LIMIT, threads=threads) as connection,
        RejectWriter(rejects) as writer,
    ):
        yield connection, writer


@contextmanager
def _telling(source: str, stream: str, file: _File) -> Iterator[None]:
    """Say of each error in which file it was found."""
    where = f"source {source!r}, stream {stream!r}, file {file.name!r}"
    try:
        yield
    except SourceError as error:
        raise SourceError(f"{where}: {error}") from error
    except duckdb.Error as error:
        # Not chained: what it quotes of the data would be told with it.
        raise SourceError(f"{where}: {without_values(str(error))}") from None


def _read(path: Path, settings: FileSet, target: Target) -> Outcome:
    match settings:
        case CsvFiles():
            return delimited.land(utf8_file(path, settings.encoding, target.scratch), settings, target)
        case JsonLinesFiles():
            return jsonlines.land(utf8_file(path, settings.encoding, target.scratch), target)
        case ParquetFiles():
            return parquet.land(plain_file(path, target.scratch), target)
        case ExcelFiles():
            return excel.land(plain_file(path, target.scratch), settings, target)
