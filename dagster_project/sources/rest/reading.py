"""A load of a source of kind `rest`: its resources in order, parents before children, all of them or none."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dagster_project.landing import Batch, LandingZone
from dagster_project.source_config.rest import RestSource
from dagster_project.sources import jsonlines
from dagster_project.sources.engine import reading_engine
from dagster_project.sources.errors import SourceError
from dagster_project.sources.live import Changes, Check, Extracted, Load, loading
from dagster_project.sources.rest.connection import Connection
from dagster_project.sources.rest.exports import exported_pages
from dagster_project.sources.rest.listing import Listing
from dagster_project.sources.rest.paging import PAGE
from dagster_project.sources.rest.parents import Asked, parents_of
from dagster_project.sources.rest.reach import Reach
from dagster_project.sources.rest.rows import Rows
from dagster_project.sources.rest.templates import filled, filled_within

log = logging.getLogger("careloop")

PAGES_A_REPORT = 50
_MEMORY_LIMIT = "256MB"


def extract(source: RestSource, zone: LandingZone, *, check: Check) -> list[Batch]:
    """Land what is new or changed in a system behind an API.

    Raises:
        SourceError: a credential is missing, or an answer cannot be had or used; the message holds no secret.
    """
    with loading(source, zone, check=check) as load, Connection(source) as connection:
        changes: dict[str, tuple[Changes, datetime]] = {}
        for stream in source.resources:
            extracted = _Stream(connection, stream, load).extracted(changes)
            changes[stream] = load.add(stream, extracted), extracted.extracted_at
        return load.commit()


class _Stream:
    """One resource in one load."""

    def __init__(self, connection: Connection, stream: str, load: Load) -> None:
        self._connection = connection
        self._resource = connection.source.resources[stream]
        self._stream = stream
        self._scratch = load.scratch
        cursor = self._resource.cursor
        self._reach = Reach(cursor, load.cursor(stream), zone=connection.source.time_zone) if cursor else None
        self._began_at: datetime | None = None
        self._page_count = 0

    def extracted(self, changes: dict[str, tuple[Changes, datetime]]) -> Extracted:
        where = f"source {self._connection.source.name!r}, stream {self._stream!r}"
        parent = changes.get(self._resource.parent or "")
        with (
            reading_engine(self._scratch / "spill", memory_limit=_MEMORY_LIMIT, threads=2) as engine,
            Rows(self._scratch / f"{self._stream}.jsonl", self._resource, self._connection.credentials) as rows,
        ):
            try:
                for asked in parents_of(engine, self._resource, parent[0]) if parent else [Asked({}, {})]:
                    self._read(asked, rows)
            except SourceError as error:
                raise error if str(error).startswith("source ") else SourceError(f"{where}: {error}") from None
        log.info(
            "source %s, %s: %d pages, %d rows", self._connection.source.name, self._stream, self._page_count, rows.count
        )
        began_at = self._began_at or (parent[1] if parent else datetime.now(UTC))
        try:
            cursor = self._reach.result(began_at) if self._reach else None
            file = self._as_parquet(rows.file)
        except SourceError as error:
            raise SourceError(
                f"{where}: {str(error).replace('rename them in the file', 'list one in `omit`')}"
            ) from None
        listed = file if self._resource.deletions == "absent" else None
        return Extracted(file, extracted_at=began_at, kinds=rows.kinds, cursor=cursor, listed=listed)

    def _read(self, asked: Asked, rows: Rows) -> None:
        listing = Listing(self._connection, self._stream)
        path, params, body = request_of(listing, asked.values, self._reach.asked if self._reach else None)
        pages: Iterator[tuple[Any, list[dict[str, Any]]]]
        if self._resource.export:
            pages = exported_pages(listing, path, params, body)
        else:
            pages = listing.pages(path, params, body)
        for answer, records in pages:
            self._page_count += 1
            if self._reach:
                self._reach.see_answer(answer)
                for record in records:
                    self._reach.see_record(record)
            rows.write(answer, records, asked.included)
            if self._page_count % PAGES_A_REPORT == 0:
                log.info(
                    "source %s, %s: %d pages, %d rows so far",
                    self._connection.source.name,
                    self._stream,
                    self._page_count,
                    rows.count,
                )
        self._began_at = self._began_at or listing.first_at

    def _as_parquet(self, lines: Path) -> Path:
        file = lines.with_suffix(".parquet")
        with reading_engine(self._scratch / "spill", memory_limit=_MEMORY_LIMIT, threads=2) as engine:
            jsonlines.as_parquet(lines, file, engine, scratch=self._scratch, always=self._resource.key)
        lines.unlink()
        return file


def request_of(
    listing: Listing, values: dict[str, str], cursor: str | None
) -> tuple[str, dict[str, str], dict[str, Any] | None]:
    """Put together what a resource is asked: path, parameters and body."""
    resource = listing.resource
    later = resource.cursor.request if resource.cursor and cursor is not None else None
    path = later.path if later and later.path is not None else resource.path
    params = later.params if later and later.params is not None else resource.params
    body = later.body if later and later.body is not None else resource.body
    known = {**values, **({"cursor": cursor} if cursor is not None else {})}
    in_path = filled(path, {**known, PAGE.strip("{}"): PAGE}, in_path=True)
    return in_path, filled_within(params, known), filled_within(body, known)
