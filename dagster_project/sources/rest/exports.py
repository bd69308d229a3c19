"""Lists that the system prepares in a file first: started, waited for, fetched, and unpacked within bounds."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import Any

import requests
from dlt.common import jsonpath

from dagster_project.source_config.rest import Export, Resource
from dagster_project.sources.errors import SourceError
from dagster_project.sources.rest.listing import Listing, parsed_json
from dagster_project.sources.rest.session import parsed, reason, shown
from dagster_project.sources.rest.templates import filled

_CHUNK_BYTES = 2**20


def exported_pages(
    listing: Listing,
    resource: Resource,
    path: str,
    params: dict[str, str],
    body: dict[str, Any] | None,
    scratch: Path,
) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Start an export, wait for it, and give each JSON document in its file as a page.

    Raises:
        SourceError: the export fails, takes too long, or is no usable JSON or archive within `max_answer_mebibytes`.
    """
    export = resource.export
    assert export is not None
    started = listing.answer(path, resource.method, body, params=params)
    job = _text(listing, export.started, parsed_json(listing, started), "the job that was started")
    file = _waited_for(listing, export, job)
    fetched = scratch / "export"
    answer = listing.answer(filled(export.fetch, {"job": job, "file": file}, in_path=True), "GET", stream=True)
    try:
        _save(listing, answer, fetched)
        for content, kind in _documents(listing, fetched, answer):
            try:
                document = parsed(content, kind)
            except (ValueError, RecursionError):
                raise listing.error(f"the export {shown(answer.url)} is no usable JSON") from None
            yield document, listing.records(document, shown(answer.url))
    finally:
        answer.close()
        fetched.unlink(missing_ok=True)


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


def _save(listing: Listing, answer: requests.Response, file: Path) -> None:
    size = 0
    try:
        with file.open("wb") as out:
            for chunk in answer.iter_content(_CHUNK_BYTES):
                size += len(chunk)
                if size > listing.max_bytes:
                    raise listing.error(_too_large(listing, answer))
                out.write(chunk)
    except requests.RequestException as error:
        raise listing.error(f"{shown(answer.url)}: {reason(error)}") from None


def _documents(listing: Listing, file: Path, answer: requests.Response) -> Iterator[tuple[bytes, str]]:
    if not zipfile.is_zipfile(file):
        yield file.read_bytes(), answer.headers.get("Content-Type", "")
        return
    try:
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                if member.is_dir():
                    continue
                with archive.open(member) as content:
                    # What is inside says how large it is; that need not be true.
                    document = content.read(listing.max_bytes + 1)
                if len(document) > listing.max_bytes:
                    raise listing.error(_too_large(listing, answer))
                yield document, "application/json"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise SourceError(str(listing.error(f"the archive {shown(answer.url)} cannot be unpacked: {error}"))) from None


def _too_large(listing: Listing, answer: requests.Response) -> str:
    return (
        f"the export {shown(answer.url)} is larger than {listing.max_bytes / 2**20:g} MiB; raise `max_answer_mebibytes`"
    )
