"""What goes wrong on the way: the network, the server, and answers that are not what they should be."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from dagster_project.sources.errors import SourceError
from dagster_project.sources.rest import session
from tests.replay import Asked

if TYPE_CHECKING:
    from tests.integration.rest.conftest import Api

LINKED = {"path": "tickets", "records": "tickets", "paging": {"type": "link", "path": "next"}, "key": "id"}
PAGES = {
    "1": {"tickets": [{"id": 1}, {"id": 2}], "next": "/tickets?page=2"},
    "2": {"tickets": [{"id": 3}], "next": "/tickets?page=3"},
    "3": {"tickets": [{"id": 4}], "next": None},
}


def page_of(asked: Asked) -> dict[str, Any]:
    return {"status": 200, "body": PAGES[asked.query.get("page", "1")]}


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 503, "headers": {"Retry-After": "1"}},
        {"status": 429, "headers": {"Retry-After": "1"}},
        {"status": 429, "headers": {"Retry-After": "Wed, 01 Jan 2031 00:00:00 GMT"}},
        {"status": 200, "body": json.dumps(PAGES["2"]), "drop": True},
    ],
    ids=["5xx", "503 with a wait", "429 with a wait", "429 until an instant", "dropped in mid-body"],
)
def test_a_page_that_fails_is_asked_for_again_and_comes_once(api: Api, fault: dict[str, Any]) -> None:
    faults = iter([fault, fault])
    api.serve(lambda asked: next(faults, page_of(asked)) if asked.query.get("page") == "2" else page_of(asked))

    api.load({"tickets": LINKED})

    assert [row["id"] for row in api.rows()] == ["1", "2", "3", "4"]
    assert [asked.query.get("page") for asked in api.server.asked] == [None, "2", "2", "2", "3"]


def test_the_wait_that_is_told_is_kept(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", waits.append)
    monkeypatch.setattr(session, "MAX_WAIT_SECONDS", 900)
    faults = iter([{"status": 429, "headers": {"Retry-After": "77"}}])
    api.serve(lambda asked: next(faults, page_of(asked)))

    api.load({"tickets": LINKED})

    assert waits == [77]


def test_a_server_that_goes_on_failing_is_given_up_with_a_clear_error_and_nothing_is_landed(api: Api) -> None:
    api.serve(lambda asked: {"status": 503, "body": "down"} if asked.query.get("page") == "2" else page_of(asked))

    with pytest.raises(SourceError, match=r"source 'desk', stream 'tickets', page 2: .*/tickets .* status 503: down"):
        api.load({"tickets": LINKED})

    assert len(api.server.asked) == 1 + session.ATTEMPTS
    assert api.rows() == []


def test_a_server_that_is_not_there_is_a_clear_error(api: Api) -> None:
    with pytest.raises(SourceError, match=r"source 'desk', stream 'tickets', page 1: http://127.0.0.1:9/tickets: Conn"):
        api.load(base_url="http://127.0.0.1:9/")


def test_a_page_that_comes_twice_is_harmless(api: Api) -> None:
    pages = {"1": [1, 2], "2": [1, 2], "3": [3]}
    link = {"1": "/tickets?page=2", "2": "/tickets?page=3", "3": None}
    api.serve(
        lambda asked: {
            "status": 200,
            "body": {
                "tickets": [{"id": each} for each in pages[asked.query.get("page", "1")]],
                "next": link[asked.query.get("page", "1")],
            },
        }
    )

    (batch,) = api.load({"tickets": LINKED})

    assert sorted(row["id"] for row in api.rows()) == ["1", "2", "3"]
    assert batch.manifest.files[0].unchanged == 2


@pytest.mark.parametrize("following", [["/tickets?page=2"], ["/tickets?page=1&"]], ids=["same", "loop"])
def test_a_link_that_leads_back_is_a_clear_error(api: Api, following: list[str]) -> None:
    links = {None: "/tickets?page=2", "2": following[-1], "1": "/tickets?page=2"}
    api.serve(lambda asked: {"status": 200, "body": {"tickets": [{"id": 1}], "next": links[asked.query.get("page")]}})

    with pytest.raises(SourceError, match=r"asked for already, so that the pages would never end; check `paging`"):
        api.load({"tickets": LINKED})

    assert len(api.server.asked) <= 4


def test_pages_without_end_are_bounded(api: Api) -> None:
    numbers = count(2)
    api.serve(lambda _: {"status": 200, "body": {"tickets": [], "next": f"/tickets?page={next(numbers)}"}})

    with pytest.raises(SourceError, match=r"page 8: there is no end after 7 pages; .* raise `max_pages`"):
        api.load({"tickets": LINKED}, max_pages=7)

    assert len(api.server.asked) == 7


@pytest.mark.parametrize("is_compressed", [False, True])
def test_an_answer_over_the_bound_is_refused_while_it_is_read(api: Api, is_compressed: bool) -> None:
    body = b"[" + b" " * 50_000_000 + b"]"
    headers = {"Content-Encoding": "gzip"} if is_compressed else {}
    sent = gzip.compress(body) if is_compressed else body
    api.serve(lambda _: {"status": 200, "bytes": sent, "headers": headers})

    with pytest.raises(SourceError, match=r"larger than 2 MiB; ask for smaller pages, or raise `max_answer_mebibytes`"):
        api.load(max_answer_mebibytes=2)

    assert len(api.server.asked) == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<html>Sign in</html>", r"is no usable JSON \(application/json\)"),
        ('{"tickets": [{"id": 1, "id": 2}]}', r"the key 'id' stands twice in an object"),
        ('{"items": []}', r"has no 'tickets', where `records` are expected; it has the fields items"),
        ('{"tickets": [7]}', r"a record is expected to be an object, found int"),
        ('{"tickets": [], "next": 7}', r"does not tell the next page"),
    ],
)
def test_an_answer_that_is_not_what_was_stated_is_an_error(api: Api, body: str, message: str) -> None:
    api.serve(lambda _: {"status": 200, "body": body})

    with pytest.raises(SourceError, match=message):
        api.load({"tickets": LINKED})


def test_an_error_of_the_api_is_told_in_its_own_words(api: Api) -> None:
    api.serve(lambda _: {"status": 403, "body": {"error": "scope tickets:read is missing"}})

    with pytest.raises(SourceError, match=r"status 403: .*scope tickets:read is missing.*; check the credentials"):
        api.load({"tickets": LINKED})


EXPORT = {
    "path": "exports",
    "method": "POST",
    "records": "rows",
    "key": "id",
    "export": {
        "started": "job", "poll": "exports/{job}", "status": "state", "ready": "done", "failed": "broken",
        "file": "file", "fetch": "exports/{job}/{file}",
    },
}  # fmt: skip


def exporting(states: list[str], content: bytes) -> Any:
    told = iter(states)

    def respond(asked: Asked) -> dict[str, Any]:
        if asked.method == "POST":
            return {"status": 200, "body": {"job": "a/b"}}
        if asked.path == "/exports/a/b":
            return {"status": 200, "body": {"state": next(told, states[-1]), "file": 7}}
        return {"status": 200, "bytes": content, "headers": {"Content-Type": "application/octet-stream"}}

    return respond


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize("is_zipped", [False, True])
def test_an_export_is_waited_for_and_read(api: Api, is_zipped: bool) -> None:
    content = b'{"rows": [{"id": 1}, {"id": 18446744073709551617}]}'
    api.serve(exporting(["queued", "queued", "done"], zipped(a=content) if is_zipped else content))

    api.load({"tickets": EXPORT})

    assert [row["id"] for row in api.rows()] == ["1", "18446744073709551617"]
    assert [asked.target for asked in api.server.asked[-2:]] == ["/exports/a%2Fb", "/exports/a%2Fb/7"]


@pytest.mark.parametrize(
    ("states", "content", "message"),
    [
        (["queued", "broken"], b"", r"the export 'a/b' failed"),
        (["queued"], b"", r"the export 'a/b' is not 'done' after 5 questions, but 'queued'"),
        (["done"], zipped(a=b'{"rows": [' + b" " * 30_000_000 + b"]}"), r"is larger than 1 MiB"),
        (["done"], b" " * 3_000_000, r"is larger than 1 MiB"),
        (["done"], zipped(a=b"[{}]" * 99)[:-40] + b"\0" * 40, r"no usable JSON|cannot be unpacked"),
        (["done"], b"nothing", r"no usable JSON"),
    ],
    ids=["failed", "never ready", "archive bomb", "too large", "broken archive", "no JSON"],
)
def test_an_export_that_cannot_be_used_is_a_clear_error(
    api: Api, states: list[str], content: bytes, message: str
) -> None:
    api.serve(exporting(states, content))
    resource = {**EXPORT, "export": {**EXPORT["export"], "max_polls": 5}}  # type: ignore[dict-item]  # it is a mapping

    with pytest.raises(SourceError, match=message):
        api.load({"tickets": resource}, max_answer_mebibytes=1)

    assert not list(api.folder.rglob("export"))
