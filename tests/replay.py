"""Answers of an API, recorded or made up, served by a real local HTTP server.

A file of exchanges lists what is asked and answered: `request` with `method`, `path`, and those of `query`, `body` and
`headers` that matter, each of which must be contained in what is asked; `response` with `status`, `headers` and `body`
(JSON, or text as it is) or `body_zip` (name → JSON of each file in an archive). `{base_url}` stands for the server's
address, `{token}` in a request for the credential of that name. `load` is the number of the load it belongs to,
`repeat` lets it be used more than once. Any other request fails the test.
"""

from __future__ import annotations

import io
import json
import ssl
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from dagster_project.sources.rest import exports, session

DATES = "Tue, {:02d} Jan 2030 00:00:00 GMT"
"""The clock of the server: fixed, and later with each load."""


def no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the client wait milliseconds where it waits seconds, however long it is told to."""
    monkeypatch.setattr(session, "FIRST_WAIT_SECONDS", 0.001)
    monkeypatch.setattr(session, "MAX_WAIT_SECONDS", 0.002)
    monkeypatch.setattr(exports, "sleep", lambda _: None)


@dataclass
class Asked:
    """A request as the server got it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.target).query, True).items()}

    @property
    def content(self) -> Any:
        """The body as JSON, or as the fields of a form."""
        try:
            return json.loads(self.body)
        except ValueError:
            return {name: values[-1] for name, values in parse_qs(self.body.decode(), True).items()}


@dataclass
class Replay:
    """What is to be asked, and what was. `load` is the number of the load that is going on."""

    exchanges: list[dict[str, Any]] | Callable[[Asked], dict[str, Any]]
    credentials: Mapping[str, str] = field(default_factory=dict)
    base_url: str = ""
    load: int = 1
    asked: list[Asked] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, asked: Asked) -> dict[str, Any]:
        with self.lock:
            self.asked.append(asked)
            if callable(self.exchanges):
                return self.exchanges(asked)
            for number, exchange in enumerate(self.exchanges):
                is_open = exchange.get("repeat") or number not in self.used
                if is_open and exchange.get("load", 1) == self.load and self._fits(exchange["request"], asked):
                    self.used.add(number)
                    response: dict[str, Any] = exchange["response"]
                    return response
            self.unexpected.append(f"{asked.method} {asked.target} {asked.body.decode('utf-8', 'replace')}")
            return {"status": 418, "body": {"error": "no such exchange"}}

    def unused(self) -> list[str]:
        """Tell the exchanges of the load that were not used."""
        assert not callable(self.exchanges)
        return [
            f"{exchange['request']['method']} {exchange['request']['path']} {exchange['request'].get('query', '')}"
            for number, exchange in enumerate(self.exchanges)
            if exchange.get("load", 1) == self.load and number not in self.used
        ]

    def _fits(self, request: dict[str, Any], asked: Asked) -> bool:
        return (
            request["method"] == asked.method
            and unquote(request["path"]) == asked.path
            and _contains(asked.query, self._filled(request.get("query", {})))
            and ("body" not in request or _contains(asked.content, self._filled(request["body"])))
            and _contains(
                {name.lower(): value for name, value in asked.headers.items()},
                {name.lower(): value for name, value in self._filled(request.get("headers", {})).items()},
            )
        )

    def _filled(self, value: Any) -> Any:
        text = json.dumps(value)
        for name, secret in self.credentials.items():
            text = text.replace(f"{{{name}}}", secret)
        return json.loads(text.replace("{base_url}", self.base_url))


def _contains(found: Any, wanted: Any) -> bool:
    """Whether all that is wanted is there; a number may be asked for as text, for vendors take both."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            name in found and _contains(found[name], value) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(found) == len(wanted)
            and all(_contains(each, value) for each, value in zip(found, wanted, strict=True))
        )
    return found == wanted or (not isinstance(wanted, bool) and str(found) == str(wanted))


def _body(response: dict[str, Any], base_url: str) -> bytes:
    if "body_zip" in response:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in response["body_zip"].items():
                archive.writestr(name, json.dumps(content))
        return packed.getvalue()
    body = response.get("body", "")
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return text.replace("{base_url}", base_url).encode()


@contextmanager
def replaying(
    exchanges: list[dict[str, Any]] | Callable[[Asked], dict[str, Any]],
    credentials: Mapping[str, str] | None = None,
    *,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Replay]:
    """Serve exchanges on a port of this machine, or what a function answers to each request.

    A response may then also hold `bytes`, sent as they are, and `drop`: the connection ends in the middle of the body.
    """
    replay = Replay(exchanges, credentials or {})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            response = replay.answer(Asked(self.command, self.path, dict(self.headers), body))
            content = response["bytes"] if "bytes" in response else _body(response, replay.base_url)
            headers = {
                "Content-Type": "application/json",
                "Date": DATES.format(replay.load),
                **response.get("headers", {}),
            }
            self.send_response_only(response["status"])
            for name, value in headers.items():
                if value is None:
                    continue
                self.send_header(name, str(value).replace("{base_url}", replay.base_url))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if response.get("drop"):
                content = content[: len(content) // 2]
                self.close_connection = True
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - the name that http.server asks for

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that hangs up is part of the tests
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    replay.base_url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield replay
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
