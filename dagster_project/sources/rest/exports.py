"""Lists that the system prepares in a file first: started, waited for, fetched, and unpacked within bounds."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from time import sleep
from typing import Any

import requests
from dlt.common import jsonpath

from dagster_project.source_config.rest import Export
from dagster_project.sources.rest.answers import parsed
from dagster_project.sources.rest.listing import Listing, parsed_json
from dagster_project.sources.rest.session import shown
from dagster_project.sources.rest.templates import filled


def exported_pages(
    listing: Listing, path: str, params: dict[str, str], body: dict[str, Any] | None
) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Start an export, wait for it, and give each JSON document in its file as a page.

    Raises:
        SourceError: the export fails, takes too long, or is no usable JSON or archive within `max_answer_mebibytes`.
    """
    export = listing.resource.export
    assert export is not None
    started = listing.answer(path, listing.resource.method, body, params=params)
    job = _text(listing, export.started, parsed_json(listing, started), "the job that was started")
    file = _waited_for(listing, export, job)
    answer = listing.answer(filled(export.fetch, {"job": job, "file": file}, in_path=True), "GET")
    for content, kind in _documents(listing, answer):
        try:
            document = parsed(content, kind)
        except (ValueError, RecursionError):
            raise listing.error(f"the export {shown(answer.url)} is no usable JSON") from None
        yield document, listing.records(document, shown(answer.url))


def _waited_for(listing: Listing, export: Export, job: str) -> str:
    path = filled(export.poll, {"job": job}, in_path=True)
    for _ in range(export.max_polls):
        state = parsed_json(listing, listing.answer(path, "GET", again=True))
        status = _text(listing, export.status, state, "the export's status")
        if status == export.ready:
            return _text(listing, export.file, state, "the export's file")
        if status == export.failed:
            raise listing.error(f"the export {job!r} failed; run again, or look at the system's own log of exports")
        sleep(export.poll_seconds)
    raise listing.error(
        f"the export {job!r} is not {export.ready!r} after {export.max_polls} questions, but {status!r}; "
        "run again later"
    )


def _text(listing: Listing, path: str, answer: Any, what: str) -> str:
    found = [value for value in jsonpath.find_values(path, answer) if value is not None]
    if not found:
        raise listing.error(f"the answer has no {path!r}, which tells {what}")
    return str(found[0])


def _documents(listing: Listing, answer: requests.Response) -> Iterator[tuple[bytes, str]]:
    packed = io.BytesIO(answer.content)
    if not zipfile.is_zipfile(packed):
        yield answer.content, answer.headers.get("Content-Type", "")
        return
    left = listing.max_bytes
    try:
        with zipfile.ZipFile(packed) as archive:
            for member in archive.infolist():
                if member.is_dir():
                    continue
                with archive.open(member) as content:
                    # An archive says how large its files are; that need not be true.
                    document = content.read(left + 1)
                left -= len(document)
                if left < 0:
                    raise listing.error(
                        f"what is packed in {shown(answer.url)} is larger than {listing.max_bytes / 2**20:g} MiB; "
                        "raise `max_answer_mebibytes`"
                    )
                yield document, "application/json"
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise listing.error(f"the archive {shown(answer.url)} cannot be unpacked: {error}") from None
