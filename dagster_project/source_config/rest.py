"""Sources of kind `rest`, and of the presets built on it: which resources an API has, and how it is asked for them.

A text in braces stands for a value: in `auth`, `{token}` for a credential; in a resource's path, params, headers and
json, `{cursor}` for the saved cursor and `{tickets.id}` for a field of the parent resource's record. `{{` is a brace.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from dagster_project.source_config.live import Credentials, LiveStream
from dagster_project.source_config.mapping import SourceShape, one_or_many
from dagster_project.source_config.values import Name
from dagster_project.yaml_file import Shape, problem

ANSWER = "$answer"
"""Begins a path in `include` that leads into the answer, not into the parent's record."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.username or parts.password:
        # Said as a problem, which does not repeat what was found.
        raise problem("a secret in an address; name it under `credentials`, and give it in the environment")
    if parts.scheme not in ("https", "http") or not re.fullmatch(r"[\w.:-]+", parts.hostname or ""):
        raise ValueError("not an address; expected one such as https://acme.example.com/api/v2/")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("http would send secrets in the clear; allowed are https, and http to this machine")
    return url


Address = Annotated[str, AfterValidator(_address)]
JsonPath = Annotated[str, Field(min_length=1)]


class BearerAuth(Shape):
    """`Authorization: Bearer …`."""

    type: Literal["bearer"]
    token: str = "{token}"


class BasicAuth(Shape):
    """HTTP basic authentication."""

    type: Literal["basic"]
    username: str = "{username}"
    password: str = "{password}"


class ApiKeyAuth(Shape):
    """A key in a header or a query parameter."""

    type: Literal["api_key"]
    name: str
    place: Literal["header", "query"] = "header"
    key: str = "{token}"


class OAuth2ClientCredentials(Shape):
    """OAuth 2 (RFC 6749, section 4.4): a token for the client itself, asked for again when it ends."""

    type: Literal["oauth2_client_credentials"]
    token_url: Address
    client_id: str = "{client_id}"
    client_secret: str = "{client_secret}"
    send_as: Literal["form", "basic"] = Field(default="form", description="where the client's id and secret stand")
    scope: str | None = None
    form: dict[str, str] = Field(default_factory=dict, description="further fields of the token request")


class OAuth2Refresh(Shape):
    """OAuth 2 (RFC 6749, section 6): a token from a refresh token that does not end."""

    type: Literal["oauth2_refresh"]
    token_url: Address
    client_id: str = "{client_id}"
    client_secret: str = "{client_secret}"
    refresh_token: str = "{refresh_token}"
    send_as: Literal["form", "basic"] = "form"


Auth = Annotated[
    BearerAuth | BasicAuth | ApiKeyAuth | OAuth2ClientCredentials | OAuth2Refresh, Field(discriminator="type")
]


class NoPaging(Shape):
    """One answer holds all records."""

    type: Literal["none"]


class LinkPaging(Shape):
    """The answer holds the address of the next page; none, or null, ends.

    Where an API always gives one, `end` names the value (such as `end_of_stream`) that is true on the last page.
    """

    type: Literal["link"]
    path: JsonPath
    end: JsonPath | None = None


class HeaderPaging(Shape):
    """The answer's `Link` header (RFC 8288) holds the address of the next page, as `rel="next"`."""

    type: Literal["header"]


class PagePaging(Shape):
    """Pages have numbers, in a query parameter or at `{page}` of the path.

    An empty page ends, or the count of pages that the answer tells, or the `last` that the API gives.
    """

    type: Literal["page"]
    param: str | None = Field(default="page", description="null where the number stands in the path")
    first: int = 1
    last: int | None = None
    total_pages: JsonPath | None = None


class OffsetPaging(Shape):
    """Pages begin at an offset. A page of fewer than `limit` records ends."""

    type: Literal["offset"]
    param: str = "offset"
    limit_param: str = "limit"
    limit: int = Field(ge=1)
    in_json: bool = Field(default=False, description="send both in the JSON body, not in the address")


class CursorPaging(Shape):
    """The answer holds a token that the next request sends back; none, null or empty ends, and so does `more` false."""

    type: Literal["cursor"]
    path: JsonPath
    param: str
    in_json: bool = Field(default=False, description="send it at this JSON path of the body, not in the address")
    more: JsonPath | None = None


Paging = Annotated[
    NoPaging | LinkPaging | HeaderPaging | PagePaging | OffsetPaging | CursorPaging, Field(discriminator="type")
]


class Asked(Shape):
    """What a later load asks for differently, once a cursor is saved; each part given replaces the resource's own."""

    path: str | None = None
    params: dict[str, str] | None = None
    body: dict[str, Any] | None = None


class RestCursor(Shape):
    """What tells how far earlier loads came: the greatest value of a record's field, or a token of the last answer."""

    field: JsonPath | None = Field(default=None, description="path within a record")
    answer: JsonPath | None = Field(default=None, description="path within the last page's answer")
    format: Literal["iso8601", "epoch_seconds", "epoch_milliseconds", "number", "text"] = Field(
        default="iso8601", description="how the field is written, and so is {cursor}"
    )
    lag_minutes: float = Field(default=0, ge=0, description="how late a change may be listed behind its own instant")
    request: Asked

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.field is None) == (self.answer is None):
            raise problem("state `field` or `answer`, and not both", "field")
        if self.lag_minutes and (self.answer or self.format in ("number", "text")):
            raise problem("a lag is for fields of instants", "lag_minutes")
        return self


class Explode(Shape):
    """Makes one row of each element that `path` finds in a record, as JSON in the column `name`.

    The record's own fields stand in each row, and the element's place in `<name>_position`, from 1. A record without
    elements keeps one row, with neither.
    """

    path: JsonPath
    name: Name


class Export(Shape):
    """Records that the system prepares in a file first: asked for, waited for, then fetched as JSON, plain or zipped.

    The resource's own request starts it. `{job}` stands for what `started` finds in the answer to that, `{file}` for
    what `file` finds in the answer to `poll` once its `status` is `ready`.
    """

    started: JsonPath
    poll: str
    status: JsonPath
    ready: str
    failed: str
    file: JsonPath
    fetch: str
    poll_seconds: float = Field(default=2, gt=0)
    max_polls: int = Field(default=900, ge=1)


class Resource(LiveStream):
    """One list of records. `parent` names the resource for each of whose new or changed records this one is asked."""

    path: str
    method: Literal["GET", "POST"] = "GET"
    params: dict[str, str] = Field(default_factory=dict)
    body: dict[str, Any] | None = Field(default=None, description="sent as JSON")
    records: JsonPath = Field(default="$", description="where an answer holds the list")
    paging: Paging = Field(default=NoPaging(type="none"))
    parent: Name | None = None
    include: dict[str, JsonPath] = Field(
        default_factory=dict, description="column → field of the parent's record, or of the answer as `$answer.field`"
    )
    omit: list[str] = Field(
        default_factory=list, description="fields of a record not to land, such as one of two that differ by case only"
    )
    explode: Explode | None = None
    export: Export | None = None
    cursor: RestCursor | None = Field(default=None, description="else every record is read at each load")
    missing_is_empty: bool = Field(
        default=False,
        description="an answer 404, as for a deleted parent, or one without the list at `records`, means no records",
    )


class RestSource(SourceShape):
    """A source of kind `rest`, or of a preset (see presets.py). Secrets come from the environment only.

    A credential that `credentials` does not name is looked for in the variable CARELOOP_<SOURCE>_<CREDENTIAL>.
    """

    kind: str
    base_url: Address
    hosts: Annotated[list[str], BeforeValidator(one_or_many)] = Field(
        default_factory=list,
        description="further hosts that requests, and with them credentials, may go to; any other is refused",
    )
    auth: Auth | None = None
    credentials: Credentials = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    max_pages: int = Field(default=100_000, ge=1, description="of one list; more are taken for a defect")
    max_answer_mebibytes: float = Field(default=64, gt=0)
    resources: dict[Name, Resource] = Field(min_length=1)

    @property
    def streams(self) -> Mapping[str, Resource]:
        return self.resources

    @property
    def technology(self) -> Mapping[str, str]:
        return dict.fromkeys(self.resources, self.kind)

    @model_validator(mode="after")
    def _parents_come_first(self) -> Self:
        seen: set[str] = set()
        for name, resource in self.resources.items():
            if resource.parent is not None and resource.parent not in seen:
                raise problem(f"{resource.parent!r} is no resource above this one", "resources", name, "parent")
            if resource.parent and resource.cursor:
                message = "a parent that is new now may have records from before the cursor; children are read whole"
                raise problem(message, "resources", name, "cursor")
            partial = resource.parent or resource.cursor
            if partial is not None and resource.deletions == "absent":
                message = "what is gone is only told by a list of everything: without `parent`, without `cursor`"
                raise problem(message, "resources", name, "deletions")
            seen.add(name)
        return self
