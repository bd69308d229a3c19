"""What a source asks for, and what becomes of the answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from dagster_project.landing import Landing
from dagster_project.sources.errors import SourceError
from dagster_project.sources.rest import reading
from tests.replay import Asked

if TYPE_CHECKING:
    from tests.integration.rest.conftest import Api

NUMBERS = [{"id": number} for number in range(1, 6)]


def answer(body: Any, **headers: str | None) -> dict[str, Any]:
    return {"status": 200, "body": body, "headers": headers}


def by_two(start: int) -> list[dict[str, int]]:
    return NUMBERS[start : start + 2]


def paged(kind: str) -> Any:
    def respond(asked: Asked) -> dict[str, Any]:
        query = asked.query if asked.method == "GET" else asked.content
        match kind:
            case "link":
                at = int(query.get("at", 0))
                return answer({"rows": by_two(at), "next": f"list?at={at + 2}", "last": at + 2 > 5})
            case "header":
                at = int(query.get("at", 0))
                link = f'<{api_url(asked)}/list?at={at + 2}>; rel="next"' if at < 4 else '</list>; rel="first"'
                return answer({"rows": by_two(at)}, Link=link)
            case "page":
                return answer({"rows": by_two(2 * (int(query["p"]) - 1))})
            case "page of total":
                return answer({"rows": by_two(2 * int(query["page"])), "total": 3})
            case "page in path":
                return answer({"rows": by_two(2 * (int(asked.path.rpartition("/")[2]) - 1))})
            case "offset":
                return answer({"rows": by_two(int(query["offset"]))})
            case "offset in json":
                return answer({"rows": by_two(int(query["page"]["from"]))})
            case "cursor":
                at = int(query.get("after", "x0")[1:])
                return answer({"rows": by_two(at), "meta": {"after": f"x{at + 2}", "more": at < 4}})
            case "cursor in json":
                at = int(query.get("page", {}).get("after", 0))
                return answer({"rows": by_two(at), "meta": {"after": at + 2 if at < 4 else None}})
        raise AssertionError(kind)

    return respond


def api_url(asked: Asked) -> str:
    return f"http://{asked.headers['Host']}"


@pytest.mark.parametrize(
    ("kind", "settings", "requests"),
    [
        ("link", {"paging": {"type": "link", "path": "next", "end": "last"}}, 3),
        ("header", {"paging": {"type": "header"}}, 3),
        ("page", {"paging": {"type": "page", "param": "p"}}, 4),
        ("page", {"paging": {"type": "page", "param": "p", "last": 3}}, 3),
        ("page of total", {"paging": {"type": "page", "first": 0, "total_pages": "total"}}, 3),
        ("page in path", {"path": "list/{page}", "paging": {"type": "page", "param": None}}, 4),
        ("offset", {"paging": {"type": "offset", "limit": 2}}, 3),
        (
            "offset in json",
            {
                "method": "POST", "body": {"q": "all"},
                "paging": {"type": "offset", "param": "page.from", "limit_param": "page.size", "limit": 2,
                           "in_json": True},
            },
            3,
        ),
        ("cursor", {"paging": {"type": "cursor", "path": "meta.after", "param": "after", "more": "meta.more"}}, 3),
        (
            "cursor in json",
            {
                "method": "POST",
                "paging": {"type": "cursor", "path": "meta.after", "param": "page.after", "in_json": True},
            },
            3,
        ),
    ],
)  # fmt: skip
def test_all_pages_are_read_to_their_end(api: Api, kind: str, settings: dict[str, Any], requests: int) -> None:
    api.serve(paged(kind))

    api.load({"tickets": {"path": "list", "records": "rows", "key": "id", **settings}})

    assert [row["id"] for row in api.rows()] == ["1", "2", "3", "4", "5"]
    assert len(api.server.asked) == requests


def test_values_are_landed_as_they_came(api: Api) -> None:
    api.serve(
        lambda _: {
            "status": 200,
            "body": '[{"id": 123456789012345678901234567890, "n": 9007199254740993, "x": 1.10, "big": 1e999, '
            '"yes": true, "none": null, "text": "007", "half": "a\\ud800b", '
            '"nested": {"a": [1, 18446744073709551617]}}]',
        }
    )
    (batch,) = api.load()

    assert api.rows() == [
        {
            "id": "123456789012345678901234567890",
            "n": "9007199254740993",
            "x": "1.1",
            "big": "1e999",
            "yes": "true",
            "text": "007",
            "half": "a\ufdd0ed\ufdd0a0\ufdd080b",
            "nested": '{"a":[1,18446744073709551617]}',
        }
    ]
    assert batch.manifest.live is not None
    assert batch.manifest.live.kinds == {
        "id": "number", "n": "number", "x": "number", "big": "text", "yes": "boolean", "text": "text", "half": "text",
        "nested": "object",
    }  # fmt: skip
    assert batch.manifest.files[0].extracted_at.isoformat() == "2030-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("sent", "content_type"),
    [
        ('[{"id": "é"}]'.encode(), "application/json"),
        ('[{"id": "é"}]'.encode("utf-8-sig"), "application/json; charset=UTF-8"),
        ('[{"id": "é"}]'.encode("latin-1"), "application/json; charset=ISO-8859-1"),
        ('[{"id": "é"}]'.encode("utf-16"), "application/json"),
    ],
)
def test_an_answer_may_have_any_encoding_it_states(api: Api, sent: bytes, content_type: str) -> None:
    api.serve(lambda _: {"status": 200, "bytes": sent, "headers": {"Content-Type": content_type}})

    api.load()

    assert api.rows() == [{"id": "é"}]


def test_a_list_without_records_is_landed_without_rows(api: Api) -> None:
    api.serve(lambda _: answer({"rows": []}))

    (batch,) = api.load({"tickets": {"path": "tickets", "records": "rows", "key": ["id", "part"]}})

    assert api.rows() == []
    assert {"id", "part"} <= set(batch.manifest.files[0].columns)


TREE = {
    "tickets": {"path": "tickets", "key": "id"},
    "comments": {
        "parent": "tickets",
        "path": "tickets/{tickets.id}/comments",
        "params": {"group": "{tickets.team.name}"},
        "records": "comments",
        "include": {"ticket_id": "id", "asked_by": "requester.id", "total": "$answer.count"},
        "explode": {"path": "parts[*]", "name": "part"},
        "omit": ["Id"],
        "missing_is_empty": True,
        "key": ["ticket_id", "id", "part_position"],
    },
}
TICKETS = [
    {"id": "a/../b", "team": {"name": "x&y"}, "requester": {"id": 9007199254740993}},
    {"id": 2, "team": {"name": "y"}, "requester": None},
    {"id": 3, "team": {"name": "z"}},
]


def tree(tickets: list[dict[str, Any]]) -> Any:
    def respond(asked: Asked) -> dict[str, Any]:
        if asked.path == "/tickets":
            return answer(tickets)
        if asked.path == "/tickets/3/comments":
            return {"status": 404}
        comments = [{"id": 1, "Id": "one", "parts": ["p", {"q": 1}]}, {"id": 2, "parts": []}, {"id": 3}]
        return answer({"comments": comments, "count": 3})

    return respond


def test_children_are_asked_of_each_parent_and_bear_what_is_included(api: Api) -> None:
    api.serve(tree(TICKETS))

    batches = api.load(TREE)

    assert [asked.target for asked in api.server.asked] == [
        "/tickets",
        "/tickets/a%2F..%2Fb/comments?group=x%26y",
        "/tickets/2/comments?group=y",
        "/tickets/3/comments?group=z",
    ]
    first = {"ticket_id": "a/../b", "asked_by": "9007199254740993", "total": "3"}
    of_one = {**first, "id": "1", "parts": '["p",{"q":1}]'}
    assert api.rows("comments")[:4] == [
        {**of_one, "part": "p", "part_position": "1"},
        {**of_one, "part": '{"q":1}', "part_position": "2"},
        {**first, "id": "2", "parts": "[]"},
        {**first, "id": "3"},
    ]
    assert len(api.rows("comments")) == 8
    assert [batch.manifest.stream for batch in batches] == ["comments", "tickets"]


def test_only_new_and_changed_parents_have_their_children_read_again(api: Api) -> None:
    tickets = [dict(ticket) for ticket in TICKETS]
    api.serve(tree(tickets))
    api.load(TREE)
    api.server.asked.clear()
    assert api.load(TREE) == []
    assert [asked.path for asked in api.server.asked] == ["/tickets"]

    api.server.asked.clear()
    tickets[1]["team"] = {"name": "new"}
    api.load(TREE)

    assert [asked.target for asked in api.server.asked] == ["/tickets", "/tickets/2/comments?group=new"]


def test_children_of_a_deleted_parent_are_not_asked_for(api: Api) -> None:
    tickets = [dict(ticket) for ticket in TICKETS]
    api.serve(tree(tickets))
    resources = {**TREE, "tickets": {**TREE["tickets"], "deletions": "absent"}}
    api.load(resources)
    api.server.asked.clear()
    del tickets[1]

    api.load(resources)

    assert [asked.path for asked in api.server.asked] == ["/tickets"]
    assert api.rows()[-1]["careloop_deleted"] == "true"


def test_a_crash_between_children_and_parents_neither_skips_nor_doubles(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.serve(tree(TICKETS))
    commit = Landing.commit

    def crash(landing: Landing, *state: Any) -> Any:
        if landing.stream == "tickets":
            raise KeyboardInterrupt
        return commit(landing, *state)

    with monkeypatch.context() as patch:
        patch.setattr(Landing, "commit", crash)
        with pytest.raises(KeyboardInterrupt):
            api.load(TREE)
    assert (len(api.rows("comments")), len(api.rows("tickets"))) == (8, 0)

    api.load(TREE)

    assert (len(api.rows("comments")), len(api.rows("tickets"))) == (8, 3)


def test_a_column_that_a_record_has_already_is_not_overwritten(api: Api) -> None:
    api.serve(tree([{**TICKETS[0], "id": 1}]))
    comments = {**TREE["comments"], "include": {"ticket_id": "id", "parts": "id"}}

    with pytest.raises(SourceError, match=r"stream 'comments': a record has a field 'parts' of its own"):
        api.load({**TREE, "comments": comments})


def test_fields_that_differ_by_case_only_are_an_error_that_tells_the_way_out(api: Api) -> None:
    api.serve(lambda _: answer([{"id": 1, "Type": "a", "type": "b"}]))

    with pytest.raises(SourceError, match=r"'Type', 'type' at positions 2, 3; list one in `omit`"):
        api.load()
    api.load({"tickets": {"path": "tickets", "key": "id", "omit": ["type"]}})

    assert api.rows() == [{"id": "1", "Type": "a"}]


def test_children_with_a_cursor_are_refused_since_a_late_parent_would_lose_its_first_ones(api: Api) -> None:
    cursor = {"field": "at", "request": {"params": {"since": "{cursor}"}}}
    with pytest.raises(ValidationError, match="children are read whole"):
        api.source({**TREE, "comments": {**TREE["comments"], "cursor": cursor}}, base_url="https://acme.example.com/")


def test_progress_is_told(api: Api, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGES_A_REPORT", 2)
    api.serve(paged("page"))

    api.load({"tickets": {"path": "l", "records": "rows", "key": "id", "paging": {"type": "page", "param": "p"}}})

    told = [record.getMessage() for record in caplog.records if record.name == "careloop"]
    assert told == [
        "source desk, tickets: 2 pages, 4 rows so far",
        "source desk, tickets: 4 pages, 5 rows so far",
        "source desk, tickets: 4 pages, 5 rows",
    ]


def test_a_look_asks_for_first_pages_only_and_changes_nothing(api: Api) -> None:
    api.serve(lambda _: answer({"rows": by_two(0), "comments": []}))
    tickets = {"path": "tickets", "records": "rows", "key": "id", "paging": {"type": "offset", "limit": 2}}

    found = api.look({**TREE, "tickets": tickets})

    assert [(look.stream, look.rows, look.text) for look in found] == [
        ("tickets", None, "2 record(s) on the first page; there may be more pages"),
        ("comments", None, "asked for each new or changed record of tickets"),
    ]
    assert len(api.server.asked) == 1
    assert not api.zone.folder.exists()


def test_text_with_braces_is_sent_as_meant(api: Api) -> None:
    api.serve(lambda _: answer([]))

    api.load({"tickets": {"path": "t", "method": "POST", "key": "id", "body": {"q": '{{"a": [1, {{}}]}}', "n": 1}}})

    assert json.loads(api.server.asked[0].body) == {"q": '{"a": [1, {}]}', "n": 1}
