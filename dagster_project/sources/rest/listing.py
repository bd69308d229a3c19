"""One list of records: asked for page by page through dlt's client, within bounds, with errors that say where.

What belongs here: requests and answers. What becomes of records belongs in rows.py.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import requests
from dlt.common import jsonpath
from dlt.common.configuration.specs import RuntimeConfiguration
from dlt.sources.helpers.rest_client.client import RESTClient
from dlt.sources.helpers.rest_client.exceptions import IgnoreResponseException

from dagster_project.source_config.rest import Resource
from dagster_project.sources.errors import SourceError
from dagster_project.sources.rest.connection import Connection
from dagster_project.sources.rest.paging import paginator_of
from dagster_project.sources.rest.session import REPEATED, reason, shown
from dagster_project.sources.rest.signing import TokenOnDemand

log = logging.getLogger("careloop")

_SHOWN_CHARACTERS = 300


class Listing(RESTClient):
    """The pages of one list. `first_at` is the instant of its first answer by the server's clock."""

    def __init__(self, connection: Connection, stream: str) -> None:
        super().__init__(
            connection.source.base_url,
            headers={"Accept": "application/json", **connection.source.headers},
            auth=connection.auth,
            session=connection.session,
            config=RuntimeConfiguration(),  # else dlt looks for settings in the environment, files and /run/secrets
        )
        self.first_at: datetime | None = None
        self._connection = connection
        self.resource: Resource = connection.source.resources[stream]
        self.max_bytes = int(connection.source.max_answer_mebibytes * 2**20)
        self._stream = stream
        self._page = 0
        self._asked: set[bytes] = set()

    def pages(
        self, path: str, params: dict[str, str], body: dict[str, Any] | None
    ) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
        """Give each page: the whole answer, and the records in it.

        Raises:
            SourceError: a page cannot be had or used, or there is no end of pages.
        """
        walk = self.paginate(
            path,
            method=self.resource.method,
            params=dict(params),
            json=body,
            paginator=paginator_of(self.resource.paging),
            data_selector=self.resource.records,
            hooks={"response": []},
        )
        while True:
            try:
                page = next(walk, None)
            except ValueError as error:
                if isinstance(error, requests.RequestException):
                    raise self.error(self._connection.credentials.hide(reason(error))) from None
                # dlt's own message repeats the answer.
                raise self.error(f"the answer does not tell the next page as {self.resource.paging!r} states") from None
            if page is None:
                return
            yield page.response.json(), page

    def answer(
        self,
        path: str,
        method: Literal["GET", "POST"],
        body: dict[str, Any] | None = None,
        *,
        params: dict[str, str] | None = None,
        again: bool = False,
    ) -> requests.Response:
        """Ask for one thing that is no list, such as an export's state, which is asked for `again` and again."""
        if again:
            self._asked.clear()
        request = self._create_request(path, method, params=params, json=body, hooks={"response": []})
        try:
            return self._send_request(request)
        except IgnoreResponseException:
            raise self.error(f"{shown(str(request.url))} answers with status 404") from None

    def error(self, text: str) -> SourceError:
        """Make an error that says where it occurred."""
        where = f"source {self._connection.source.name!r}, stream {self._stream!r}, page {self._page}"
        return SourceError(f"{where}: {self._connection.credentials.hide(text)}")

    def extract_response(self, response: requests.Response, data_selector: Any) -> list[Any]:
        """Find the records in an answer; dlt's own way takes a list that is missing for an empty one."""
        return self.records(parsed_json(self, response), shown(response.url))

    def records(self, answer: Any, address: str) -> list[dict[str, Any]]:
        """Find the records in what an address answered.

        Raises:
            SourceError: there is no list of objects where the resource says.
        """
        path = self.resource.records
        found = jsonpath.find_values(path, answer)
        if not found and "*" not in path and not self.resource.missing_is_empty:
            there = f"the fields {', '.join(answer)}" if isinstance(answer, dict) else "no object"
            raise self.error(
                f"the answer of {address} has no {path!r}, where `records` are expected; "
                f"it has {there}. Mend `records`, or state `missing_is_empty`"
            )
        records: Any = found[0] if len(found) == 1 else found
        records = [] if records is None else records if isinstance(records, list) else [records]
        odd = next((record for record in records if not isinstance(record, dict)), None)
        if odd is not None:
            raise self.error(f"a record is expected to be an object, found {type(odd).__name__}; mend `records`")
        return list(records)

    def _send_request(self, request: requests.Request, **kwargs: Any) -> requests.Response:
        self._page += 1
        self._must_go_on(request)
        try:
            response = self._sent(request, **kwargs)
            if response.status_code == 401 and isinstance(self.auth, TokenOnDemand):
                self.auth.renew()
                response = self._sent(request, **kwargs)
        except requests.RequestException as error:
            raise self.error(f"{shown(str(request.url))}: {reason(error)}") from None
        self.first_at = self.first_at or self._date(response)
        if response.status_code == 404 and self.resource.missing_is_empty:
            raise IgnoreResponseException()
        if response.status_code >= 300:
            raise self.error(f"{shown(response.url)} answers with status {response.status_code}: {_fault(response)}")
        return response

    def _sent(self, request: requests.Request, **kwargs: Any) -> requests.Response:
        return super()._send_request(request, **kwargs)

    def _log_request(self, request: requests.Request, prepared_url: str) -> None:
        """Say nothing: dlt would write addresses and headers to its log."""

    def _must_go_on(self, request: requests.Request) -> None:
        limit = self._connection.source.max_pages
        if self._page > limit:
            raise self.error(f"there is no end after {limit} pages; check `paging`, or raise `max_pages`")
        asked = json.dumps([request.method, request.url, request.params, request.json], sort_keys=True, default=str)
        digest = hashlib.sha256(asked.encode()).digest()
        if digest in self._asked:
            raise self.error(
                f"{shown(str(request.url))} was asked for already, so that the pages would never end; check `paging`, "
                "and whether the last page is told otherwise"
            )
        self._asked.add(digest)

    def _date(self, response: requests.Response) -> datetime:
        try:
            at = parsedate_to_datetime(response.headers["Date"])
        except (KeyError, ValueError):
            log.warning(
                "source %s: answers without a Date; this machine's clock is taken", self._connection.source.name
            )
            return datetime.now(UTC)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def parsed_json(listing: Listing, response: requests.Response) -> Any:
    """Parse an answer.

    Raises:
        SourceError: it is no JSON.
    """
    try:
        return response.json()
    except (ValueError, RecursionError) as error:
        kind = response.headers.get("Content-Type", "no stated type")
        said = f": {error}" if "twice" in str(error) or "encoding" in str(error) else ""
        raise listing.error(f"the answer of {shown(response.url)} is no usable JSON ({kind}){said}") from None


def _fault(response: requests.Response) -> str:
    text = " ".join(response.text[:_SHOWN_CHARACTERS].split()) or response.reason or "no more is said"
    match response.status_code:
        case 401 | 403:
            return f"{text}; check the credentials and what they may read"
        case status if status in REPEATED:
            return f"{text}; this was tried several times, run again later"
    return f"{text}; check the address, `path` and `params`"
