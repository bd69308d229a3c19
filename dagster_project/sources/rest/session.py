"""The session that every request goes through: where it may go, how much it may bring, and what is tried again.

dlt's client repeats what is worth repeating, and waits as it is told; an adapter of our own sees every request,
redirected ones too, before a connection is made, and reads every answer within bounds.
"""

from __future__ import annotations

import inspect
import logging
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from dlt.sources.helpers.requests.retry import Client
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError, ConnectionError, ContentDecodingError, SSLError, Timeout
from requests.utils import get_environ_proxies

from dagster_project.source_config.rest import LOOPBACK, RestSource
from dagster_project.sources.errors import SourceError
from dagster_project.sources.rest.answers import Answer

log = logging.getLogger("careloop")

ATTEMPTS = 6
FIRST_WAIT_SECONDS = 1.0
"""Before the second attempt; twice as long before each further one, unless the answer says how long."""
MAX_WAIT_SECONDS = 900.0
TIMEOUT_SECONDS = 60.0
REPEATED = frozenset({429, *range(500, 600)})
_CHUNK_BYTES = 2**16
_PORTS = {"https": 443, "http": 80}

Origin = tuple[str, str, int]


class Adapter(HTTPAdapter):
    """Refuses requests to other hosts than the allowed ones, and reads each answer whole, within its bound."""

    def __init__(self, source: RestSource) -> None:
        super().__init__()
        self._source = source.name
        self._allowed = _allowed(source)
        self._max_bytes = int(source.max_answer_mebibytes * 2**20)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        self._must_be_allowed(request.url or "")
        response = super().send(request, *args, **{**kwargs, "stream": True})
        # Read here, a connection that drops half-way is one more failed attempt to the client.
        response._content = self._body(response)
        return response

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        answer = Answer()
        answer.__dict__.update(super().build_response(req, resp).__dict__)
        return answer

    def _must_be_allowed(self, url: str) -> None:
        parts = urlsplit(url)
        if _origin(parts) not in self._allowed:
            raise SourceError(
                f"source {self._source!r}: refused to ask {shown(url)}, to which a redirect or a link in an answer "
                f"leads; nothing was sent there. Allowed are {', '.join(map(_written, sorted(self._allowed)))}; "
                "if that is a host of the same system, add it to `hosts`"
            )

    def _body(self, response: requests.Response) -> bytes:
        body = bytearray()
        try:
            for chunk in response.iter_content(_CHUNK_BYTES):
                body += chunk
                if len(body) > self._max_bytes:
                    raise SourceError(
                        f"source {self._source!r}: the answer of {shown(response.url)} is larger than "
                        f"{self._max_bytes / 2**20:g} MiB; ask for smaller pages, or raise `max_answer_mebibytes`"
                    )
        except ContentDecodingError:
            raise SourceError(
                f"source {self._source!r}: the answer of {shown(response.url)} is not compressed as it says"
            ) from None
        finally:
            response.close()
        return bytes(body)


def session_for(source: RestSource) -> requests.Session:
    """Open a session for one source."""
    client = Client.__new__(Client)
    # dlt wraps the initialiser to look its settings up in environment variables, files and /run/secrets.
    inspect.unwrap(Client.__init__)(
        client,
        request_timeout=TIMEOUT_SECONDS,
        raise_for_status=False,
        status_codes=sorted(REPEATED),
        exceptions=[],
        retry_condition=lambda response, error: _is_worth_repeating(source.name, response, error),
        request_max_attempts=ATTEMPTS,
        request_backoff_factor=FIRST_WAIT_SECONDS,
        request_max_retry_delay=MAX_WAIT_SECONDS,
        session_attrs={
            # No netrc, whose passwords would be sent. A proxy only passes TLS on, so that is honoured.
            "trust_env": False,
            "proxies": {"https": get_environ_proxies(source.base_url).get("https")},
        },
    )
    session = client.session
    session.adapters.clear()
    for prefix in ("https://", "http://"):
        session.mount(prefix, Adapter(source))
    return session


def _is_worth_repeating(source: str, response: requests.Response | None, error: BaseException | None) -> bool:
    if response is not None and response.status_code in REPEATED:
        told = response.headers.get("Retry-After")
        log.warning(
            "source %s: status %d, trying again%s", source, response.status_code, f" after {told} s" if told else ""
        )
    if isinstance(error, ConnectionError | Timeout | ChunkedEncodingError) and not isinstance(error, SSLError):
        log.warning("source %s: %s, trying again", source, reason(error))
        return True
    return False


def reason(error: BaseException) -> str:
    """Say what went wrong with a connection, without the address, which may bear a key."""
    inner = error.args[0] if error.args else error
    inner = getattr(inner, "reason", inner)
    text = str(inner if not isinstance(inner, BaseException) else (inner.args[-1] if inner.args else inner))
    return f"{type(error).__name__}: {text}" if "://" not in text and "url:" not in text else type(error).__name__


def shown(url: str) -> str:
    """Write an address for people: without user, query and fragment, where secrets may stand."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _origin(parts: SplitResult) -> Origin:
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, parts.hostname or "", port or _PORTS.get(parts.scheme, -1)


def _written(origin: Origin) -> str:
    scheme, host, port = origin
    return f"{scheme}://{host}" + ("" if port == _PORTS[scheme] else f":{port}")


def _allowed(source: RestSource) -> set[Origin]:
    addresses = [source.base_url, *([url] if (url := getattr(source.auth, "token_url", None)) else [])]
    for host in source.hosts:
        addresses.append(f"https://{host}")
        if urlsplit(f"//{host}").hostname in LOOPBACK:
            addresses.append(f"http://{host}")
    return {_origin(urlsplit(address)) for address in addresses}
