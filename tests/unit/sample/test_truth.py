"""truth.json says what the files hold: its figures, computed from the plan, come out of the exported events again.

Figures here are worked out in plain Python from the KPI dictionary, independently of the generator's SQL.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import mean, median
from typing import Any, NamedTuple

import duckdb
import pytest

from .conftest import LOCAL, german, instant, queue

CHANNELS = {
    "Telefon": "phone",
    "E-Mail": "email",
    "Soziale Medien": "social",
    "Filiale": "in_person",
    "Sonstiges": "other",
}
DAY = timedelta(days=1)


class Case(NamedTuple):
    created: datetime
    channel: str
    team: str
    first_response_minutes: float | None
    solves: list[datetime]
    reopens: list[datetime]
    holds: list[tuple[datetime, datetime | None]]


def month(at: datetime) -> str:
    return f"{at.astimezone(LOCAL):%Y-%m}"


def minutes(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 60


def case(row: dict[str, str], events: list[Any]) -> Case:
    created = german(row["Erstellt"])
    start: datetime | None = created
    if row["Eröffnet durch"] == "Mitarbeiter":
        messages = [event.at for event in events if event.type == "message" and event.actor == "customer"]
        start = min((at for at in messages if at > created), default=None)
    answers = [event.at for event in events if event.type == "message" and event.actor == "agent" and event.public]
    answered = min((at for at in answers if start and at >= start), default=None)
    changes = [event for event in events if event.type == "status_changed"]
    holds = [event.at for event in changes if event.new == "On-hold"]
    resumed: list[datetime | None] = [event.at for event in changes if event.old == "On-hold"]
    return Case(
        created,
        CHANNELS.get(row["Kanal"], row["Kanal"].lower()),
        row["Team"],
        minutes(start, answered) if start and answered else None,
        [event.at for event in changes if event.new == "Solved"],
        [event.at for event in changes if event.old == "Solved" and event.new == "Open"],
        list(zip(holds, [*resumed, *[None] * (len(holds) - len(resumed))], strict=True)),
    )


@pytest.fixture(scope="session")
def cases(company: Any) -> list[Case]:
    return [
        case(row, company.events[number])
        for number, row in company.tickets.items()
        if row["Spam"] == row["Gelöscht"] == "N" and not row["Zusammengeführt mit"]
    ]


def grouped(cases: list[Case], key: Callable[[Case], str]) -> dict[str, list[Case]]:
    groups = defaultdict(list)
    for one in cases:
        groups[key(one)].append(one)
    return groups


def assert_ticket_figures(expected: dict[str, Any], cases: list[Case]) -> None:
    responses = [one.first_response_minutes for one in cases if one.first_response_minutes is not None]
    standing = [one for one in cases if len(one.solves) > len(one.reopens)]
    assert expected["tickets_created"] == len(cases)
    assert expected["tickets_solved_at_the_end"] == len(standing)
    assert expected["first_response_count"] == len(responses)
    assert expected["first_response_median_minutes"] == pytest.approx(median(responses))
    assert expected["first_response_mean_minutes"] == pytest.approx(mean(responses))
    full = [minutes(one.created, one.solves[-1]) for one in standing]
    assert expected["full_resolution_median_minutes"] == pytest.approx(median(full))


def test_ticket_figures_come_out_of_the_events_overall_and_by_month_channel_and_team(
    company: Any, cases: list[Case]
) -> None:
    truth = company.truth["figures"]["tickets"]
    assert_ticket_figures(truth["overall"], cases)
    groups: dict[str, Callable[[Case], str]] = {
        "by_month_created": lambda one: month(one.created),
        "by_channel": lambda one: one.channel,
        "by_team": lambda one: one.team,
    }
    for name, key in groups.items():
        found = grouped(cases, key)
        assert truth[name].keys() == found.keys()
        for value, of_value in found.items():
            assert_ticket_figures(truth[name][value], of_value)


def test_solves_and_reopenings_come_out_of_the_events(company: Any, cases: list[Case]) -> None:
    as_of = instant(company.truth["company"]["as_of"])
    solved = [one for one in cases if one.solves]

    def figures(some: list[Case]) -> dict[str, int]:
        settled = [one for one in some if one.solves[0] + 14 * DAY <= as_of]
        back = [one for one in settled if one.reopens and one.reopens[0] - one.solves[0] <= 14 * DAY]
        return {"tickets_solved": len(some), "reopen_numerator": len(back), "reopen_denominator": len(settled)}

    truth = company.truth["figures"]["solves"]
    assert truth["overall"] == figures(solved)
    by_month = grouped(solved, lambda one: month(one.solves[0]))
    assert truth["by_month_first_solved"] == {name: figures(some) for name, some in by_month.items()}
    late = [one for one in solved if one.reopens and one.reopens[0] - one.solves[0] > 14 * DAY]
    assert late, "some tickets must come back after the window"


def test_the_backlog_comes_out_of_the_events(company: Any, cases: list[Case]) -> None:
    for day, expected in company.truth["figures"]["backlog"].items():
        end = datetime.fromisoformat(day).replace(tzinfo=LOCAL) + DAY
        open_then = [
            one
            for one in cases
            if one.created < end and sum(at < end for at in one.solves) <= sum(at < end for at in one.reopens)
        ]
        assert expected == {"unsolved_at_its_end": len(open_then)}, day


def test_left_out_tickets_are_counted_apart(company: Any) -> None:
    kinds = Counter(
        "spam" if row["Spam"] == "J" else "deleted" if row["Gelöscht"] == "J" else "merged"
        for row in company.tickets.values()
        if row["Spam"] == "J" or row["Gelöscht"] == "J" or row["Zusammengeführt mit"]
    )
    assert {kind: row["tickets"] for kind, row in company.truth["figures"]["tickets"]["left_out"].items()} == kinds


def test_live_contacts_come_out_of_the_tickets(company: Any) -> None:
    live = []
    for row in company.tickets.values():
        if row["In Warteschlange"] and row["Spam"] == row["Gelöscht"] == "N":
            queued, answered, abandoned = queue(row)
            live.append((answered is not None, max(filter(None, (answered, abandoned))) - queued))
    offered = [(is_answered, wait) for is_answered, wait in live if is_answered or wait > timedelta(seconds=10)]
    assert company.truth["figures"]["live_contacts"]["overall"] == {
        "offered": len(offered),
        "abandoned": sum(not is_answered for is_answered, _ in offered),
        "answered_within_20_seconds": sum(is_answered and wait <= timedelta(seconds=20) for is_answered, wait in live),
    }


def test_survey_figures_come_out_of_the_questionnaires(company: Any) -> None:
    truth = company.truth["figures"]
    last: dict[str, dict[str, str]] = {}
    for row in sorted(company.questionnaires, key=lambda row: row["AnswerNo"]):
        if row["AnsweredAt"]:
            last[row["Invitation"]] = row
    ratings = [int(row["Overall"]) for row in last.values() if row["Overall"]]
    assert truth["csat"]["overall"] == {"numerator": sum(r >= 4 for r in ratings), "denominator": len(ratings)}
    marks = [int(row["Recommend"]) for row in last.values() if row["Recommend"]]
    assert truth["nps"]["overall"] == {
        "promoters": sum(mark >= 9 for mark in marks),
        "detractors": sum(mark <= 6 for mark in marks),
        "answers": len(marks),
    }
    by_month: dict[str, list[int]] = defaultdict(list)
    for row in last.values():
        if row["Overall"]:
            by_month[month(instant(row["AnsweredAt"]))].append(int(row["Overall"]))
    assert {name: row["denominator"] for name, row in truth["csat"]["by_month_answered"].items()} == {
        name: len(some) for name, some in by_month.items()
    }
    for survey, expected in truth["survey_response"].items():
        sent = [row for row in company.questionnaires if row["Survey"] == survey and row["AnswerNo"] == "1"]
        assert expected == {
            "delivered": sum(row["Delivered"] == "true" for row in sent),
            "answered": sum(bool(row["AnsweredAt"]) for row in sent),
        }
    assert any(row["AnswerNo"] == "2" for row in company.questionnaires), "some must answer twice"


def test_mentions_come_out_of_the_posts(company: Any) -> None:
    posts = {}
    for path, encoding in (("posts.jsonl", "utf-8"), ("posts_weixun.jsonl", "gb18030")):
        for line in (company.folder / "voice" / path).read_text(encoding=encoding, errors="replace").splitlines():
            found = re.match(r'\{"id":"(P-[^"]+)"', line)
            if found and line.endswith("}"):
                posts[found[1]] = json.loads(line)
    mentions = [post for post in posts.values() if not post["author"]["brand"]]
    truth = company.truth["figures"]["mentions"]
    assert truth["overall"] == {"posts": len(mentions)}
    answered = {post["reply_to"] for post in posts.values() if post["author"]["brand"]}
    by_platform = Counter(post["platform"] for post in mentions)
    assert truth["by_platform"] == {
        name: {
            "posts": count,
            "answered": sum(post["platform"] == name and post["id"] in answered for post in mentions),
        }
        for name, count in by_platform.items()
    }
    assert all((post["stars"] is not None) == (post["platform"] == "reviews") for post in mentions)
    assert all(post["text"] for post in posts.values())


def test_the_newest_instant_is_the_one_the_truth_names(company: Any) -> None:
    newest = max(event.at for events in company.events.values() for event in events)
    newest = max(newest, *(instant(row["LastModified"]) for row in company.csv("crm/customers.csv")))
    orders = duckdb.execute(
        f"select max(ordered_at) from '{company.folder}/crm/orders.parquet' where order_id not like 'DIRTY%'"
    ).fetchall()
    newest = max(newest, orders[0][0].replace(tzinfo=UTC))
    assert instant(company.truth["company"]["as_of"]) >= newest
    assert instant(company.truth["company"]["as_of"]) - newest < timedelta(hours=1)
