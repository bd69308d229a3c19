"""What a later load asks for: from how far earlier ones came, never skipping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dagster_project.sources.errors import SourceError
from tests.replay import Asked

if TYPE_CHECKING:
    from tests.integration.rest.conftest import Api


def by_field(written: str = "iso8601", **cursor: Any) -> dict[str, Any]:
    return {
        "tickets": {
            "path": "tickets",
            "params": {"all": "yes"},
            "key": "id",
            "cursor": {
                "field": "meta.at", "format": written, "request": {"params": {"since": "{cursor}"}}, **cursor,
            },
        }
    }  # fmt: skip


def of(*at: Any) -> list[dict[str, Any]]:
    return [{"id": number, "meta": {"at": each}} for number, each in enumerate(at)]


@pytest.mark.parametrize(
    ("written", "values", "lag", "asked"),
    [
        ("iso8601", ["2026-03-01T10:00:00Z", "2026-03-01T12:00:00+01:00"], 0, "2026-03-01T11:00:00Z"),
        ("iso8601", ["2026-03-01T10:00:00.250+0000", None], 15, "2026-03-01T09:45:00.250Z"),
        ("iso8601", ["2026-03-29 03:30:00", "2026-03-29 01:30:00"], 60, "2026-03-29T01:30:00"),  # Berlin skips 2 to 3
        ("epoch_seconds", [1772449800, "1772449000"], 5, "1772449500"),
        ("epoch_milliseconds", [1772449800123], 1, "1772449740123"),
        ("number", [9007199254740993, 9007199254740992, 10], 0, "9007199254740993"),
        ("number", ["9", "10"], 0, "10"),
        ("text", ["b", "a"], 0, "b"),
    ],
)
def test_a_later_load_asks_from_the_greatest_value_less_the_lag(
    api: Api, written: str, values: list[Any], lag: float, asked: str
) -> None:
    api.serve(lambda _: {"status": 200, "body": of(*values)})
    resources = by_field(written, **({"lag_minutes": lag} if lag else {}))

    api.load(resources, time_zone="Europe/Berlin")
    assert api.load(resources, time_zone="Europe/Berlin") == []

    assert [request.query for request in api.server.asked] == [{"all": "yes"}, {"since": asked}]


def test_a_date_in_the_future_does_not_move_the_cursor_past_the_servers_clock(api: Api) -> None:
    api.serve(lambda _: {"status": 200, "body": of("2026-03-01T10:00:00Z", "2099-01-01T00:00:00Z")})

    api.load(by_field())
    api.load(by_field())

    assert api.server.asked[1].query == {"since": "2030-01-01T00:00:00Z"}


def test_older_records_than_asked_for_are_harmless_and_the_cursor_stays(api: Api) -> None:
    answers = iter([of("2026-03-01T10:00:00Z"), [{"id": 7, "meta": {"at": "2020-01-01T00:00:00Z"}}], []])
    api.serve(lambda _: {"status": 200, "body": next(answers)})

    for _ in range(3):
        api.load(by_field())

    assert [row["id"] for row in api.rows()] == ["0", "7"]
    assert [asked.query.get("since") for asked in api.server.asked[1:]] == ["2026-03-01T10:00:00Z"] * 2


@pytest.mark.parametrize(
    ("records", "message"),
    [
        (of("yesterday"), r"the cursor's value 'yesterday' is not written as stated by `format: iso8601`"),
        ([{"id": 1}, {"id": 2}], r"none of 2 record\(s\) has the cursor's field 'meta.at'"),
    ],
)
def test_a_cursor_that_is_not_there_or_cannot_be_read_is_an_error(
    api: Api, records: list[dict[str, Any]], message: str
) -> None:
    api.serve(lambda _: {"status": 200, "body": records})

    with pytest.raises(SourceError, match=message):
        api.load(by_field())
    assert api.rows() == []


def by_answer(**cursor: Any) -> dict[str, Any]:
    return {
        "tickets": {
            "path": "tickets",
            "records": "rows",
            "key": "id",
            "cursor": {"answer": "end", "request": {"path": "since/{cursor}"}, **cursor},
        }
    }


def test_a_token_of_the_last_answer_is_sent_back(api: Api) -> None:
    ends = iter(["abc/==", None, "def"])
    api.serve(lambda _: {"status": 200, "body": {"rows": [{"id": 1}], "end": next(ends)}})

    for _ in range(3):
        api.load(by_answer())

    assert [asked.target for asked in api.server.asked] == ["/tickets", "/since/abc%2F%3D%3D", "/since/abc%2F%3D%3D"]


@pytest.mark.parametrize(
    ("cursor", "ends"),
    [
        ({"format": "epoch_seconds"}, [1700000000, 1600000000]),
        ({"format": "number"}, [10, 9]),
        ({}, ["2026-03-01T10:00:00Z", "2026-03-01T09:00:00Z"]),
    ],
)
def test_a_cursor_that_goes_back_is_an_error_that_names_both_values(
    api: Api, cursor: dict[str, str], ends: list[Any]
) -> None:
    told = iter(ends)
    api.serve(lambda _: {"status": 200, "body": {"rows": [{"id": 1}], "end": next(told)}})
    api.load(by_answer(**cursor))

    with pytest.raises(SourceError, match=rf"stream 'tickets': the cursor went back from '{ends[0]}' to '{ends[1]}'"):
        api.load(by_answer(**cursor))


def test_a_failed_load_leaves_the_cursor_where_it_was(api: Api) -> None:
    def respond(asked: Asked) -> dict[str, Any]:
        if asked.path == "/more" and len(api.server.asked) < 4:
            return {"status": 403}
        return {"status": 200, "body": of("2026-03-01T10:00:00Z")}

    api.serve(respond)
    resources = {**by_field(), "more": {"path": "more", "key": "id"}}
    with pytest.raises(SourceError, match="stream 'more'"):
        api.load(resources)
    assert api.rows() == []

    api.load(resources)

    assert [asked.query for asked in api.server.asked if asked.path == "/tickets"] == [{"all": "yes"}] * 2
    assert len(api.rows()) == 1
