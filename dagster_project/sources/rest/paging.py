"""From one page to the next: dlt's paginators, and where the shapes promise more than those do."""

from __future__ import annotations

from typing import Any

from dlt.common import jsonpath
from dlt.sources.helpers.rest_client import paginators as dlt
from requests import Request, Response

from dagster_project.source_config.rest import (
    CursorPaging,
    HeaderPaging,
    LinkPaging,
    OffsetPaging,
    PagePaging,
    Paging,
)

PAGE = "{page}"
_QUOTED_PAGE = "%7Bpage%7D"


class _Link(dlt.JSONLinkPaginator):
    """An empty link ends too, and so does the value at `end` once it is true."""

    def __init__(self, path: str, end: str | None) -> None:
        super().__init__(path)
        self._end = jsonpath.compile_path(end) if end else None

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        super().update_state(response, data)
        ended = self._end is not None and any(jsonpath.find_values(self._end, response.json()))
        if ended or not self._next_reference:
            self._next_reference = None
        elif not isinstance(self._next_reference, str):
            raise ValueError("the link to the next page is no text")


class _PageInPath(dlt.PageNumberPaginator):
    """The number stands in the path, at `{page}`."""

    def init_request(self, request: Request) -> None:
        self._template = str(request.url)
        super().init_request(request)

    def update_request(self, request: Request) -> None:
        request.url = self._template.replace(_QUOTED_PAGE, str(self.current_value))


class _Offset(dlt.OffsetPaginator):
    """A page that is not full ends."""

    def _stop_after_this_page(self, data: list[Any] | None = None) -> bool:
        return len(data or []) < self.limit


def paginator_of(paging: Paging) -> dlt.BasePaginator:
    """Make the paginator of one list."""
    match paging:
        case LinkPaging():
            return _Link(paging.path, paging.end)
        case HeaderPaging():
            return dlt.HeaderLinkPaginator()
        case PagePaging():
            kind = dlt.PageNumberPaginator if paging.param else _PageInPath
            return kind(
                base_page=paging.first,
                page_param=paging.param or "page",
                total_path=paging.total_pages,
                maximum_page=None if paging.last is None else paging.last + 1,
            )
        case OffsetPaging():
            return _Offset(
                paging.limit,
                total_path=None,
                offset_param=None if paging.in_json else paging.param,
                limit_param=None if paging.in_json else paging.limit_param,
                offset_body_path=paging.param if paging.in_json else None,
                limit_body_path=paging.limit_param if paging.in_json else None,
            )
        case CursorPaging():
            return dlt.JSONResponseCursorPaginator(
                paging.path,
                cursor_param=None if paging.in_json else paging.param,
                cursor_body_path=paging.param if paging.in_json else None,
                has_more_path=paging.more,
            )
    return dlt.SinglePagePaginator()
