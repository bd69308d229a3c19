"""Erasing a customer from the landing zone: what goes, what stays, and that it does not come back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from dagster_project.config import Settings, load_settings
from dagster_project.erasure import ErasureError, clear_new_batches, erase_customer
from dagster_project.erasure.history import forget
from dagster_project.landing import LandingZone
from dagster_project.launch import Outcome
from dagster_project.pseudonyms import KEY_VARIABLE
from dagster_project.quality.gate import CheckResult
from dagster_project.quality.record import carry_results, write_results
from dagster_project.raw import create_raw_views
from dagster_project.sources.files import extract
from dagster_project.warehouse import Workspace
from tests.companies import careloop, configuration, source, write_csv
from tests.security.searching import places

CUSTOMERS = "customer_id,name,email,segment"
TICKETS = "ticket_id,customer_id,created_at,channel,subject"
EVENTS = "event_id,ticket_id,occurred_at,event_type,actor_type,actor_id,to_value,body"
ON = "2026-03-01T10:00:00Z"
PERSON = ["Ada Erased", "ada@example.com", "adas-number", "Adas subject", "Adas own words", "Dear Ada", "Adas post"]


class Company:
    """A helpdesk whose customers a CRM knows; landed, mapped, and never built."""

    def __init__(self, folder: Path, *, only_customers: bool = False) -> None:
        self.folder = folder
        crm = source(
            folder,
            "crm",
            {
                "customers": [
                    CUSTOMERS,
                    "adas-number,Ada Erased,ada@example.com,business",
                    "bobs-number,Bob Kept,bob@example.com,private",
                    ",Ada Erased,Ada@example.com,a row without her number",
                ]
            },
        )
        desk = source(
            folder,
            "desk",
            {
                "tickets": [
                    TICKETS,
                    f"t1,adas-number,{ON},email,Adas subject",
                    f"t2,bobs-number,{ON},phone,Bobs subject",
                ],
                "ticket_events": [
                    EVENTS,
                    f"e1,t1,{ON},message,customer,adas-number,,Adas own words",
                    f"e2,t1,{ON},message,agent,ann,,Dear Ada",
                    f"e3,t1,{ON},status_changed,agent,ann,Solved,",
                    f"e4,t2,{ON},message,customer,bobs-number,,Bobs own words",
                    f"e5,t2,{ON},message,agent,adas-number,,an agent of that number",
                ],
                "social_posts": [
                    "post_id,platform,posted_at,text,in_reply_to_post_id,customer_id",
                    f"p1,forum,{ON},Adas post,,adas-number",
                    f"p2,forum,{ON},Dear Ada of the forum,p1,",
                    f"p3,forum,{ON},Bobs post,,bobs-number",
                ],
            },
            references={"customers": "crm"},
        )
        sources = [crm] if only_customers else [crm, desk]
        for described in sources:
            for entity, files in described["files"].items():
                files["path"] = str(folder / described["name"] / f"{entity}*.csv")
        self.settings: Settings = load_settings(configuration(folder, sources))
        self.workspace = Workspace(self.settings.workspace_folder)
        self.workspace.create()
        self.zone = LandingZone(self.workspace.landing)
        self.land()

    def land(self) -> None:
        for described in self.settings.sources:
            extract(described, self.zone, config_folder=self.folder, check=lambda *_: None)

    def erase(self, customer_id: str = "adas-number", source: str = "crm") -> dict[str, int]:
        return dict(erase_customer(self.settings, source, customer_id, publish=lambda: Outcome(0)).rows)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        streams = {
            (each.name, stream): self.zone.parts(each.name, stream)
            for each in self.settings.sources
            for stream in each.streams
        }
        with duckdb.connect() as connection:
            create_raw_views(connection, self.settings, streams)
            return connection.execute(query).fetchall()


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


def test_no_byte_of_the_person_stays_in_the_workspace(company: Company) -> None:
    assert {found.split(": ")[1] for found in places(company.workspace.folder, PERSON)} == set(PERSON)
    erased = company.erase()
    # Bob's ticket has an event of an agent with her number, which is another person's and stays.
    assert [found for found in places(company.workspace.folder, PERSON) if "adas-number" not in found] == []
    assert erased == {"customers": 2, "tickets": 1, "ticket_events": 3, "social_posts": 2}


def test_what_happened_stays_as_facts_about_nobody(company: Company) -> None:
    company.erase()
    ((number, subject, channel),) = company.rows(
        "select customer_id, subject, channel from raw.tickets where ticket_id = 't1'"
    )
    assert (subject, channel) == (None, "email")
    assert str(number).startswith("erased-")
    events = company.rows(
        "select event_id, event_type, actor_id, to_value, body from raw.ticket_events where ticket_id = 't1' order by 1"
    )
    assert events == [
        ("e1", "message", number, None, None),
        ("e2", "message", "ann", None, None),
        ("e3", "status_changed", "ann", "Solved", None),
    ]
    assert company.rows("select post_id from raw.social_posts") == [("p3",)]
    assert company.rows("select customer_id from raw.customers") == [("bobs-number",)]


def test_everybody_else_is_as_they_were(company: Company) -> None:
    others = "select * exclude (_load_id) from raw.tickets where ticket_id = 't2'"
    words = "select event_id, actor_id, body from raw.ticket_events where ticket_id = 't2' order by 1"
    before = company.rows(others), company.rows(words)
    company.erase()
    assert (company.rows(others), company.rows(words)) == before
    for each in company.settings.sources:
        for stream in each.streams:
            for batch in company.zone.batches(each.name, stream):
                batch.verify()


def test_rows_taken_out_are_counted_as_such(company: Company) -> None:
    company.erase()
    counted = company.rows("select entity, erased_rows, fact_rows from raw.removed order by 1")
    assert counted == [("customers", 2, 0), ("social_posts", 2, 0), ("ticket_events", 3, 3), ("tickets", 1, 1)]
    assert company.rows("select row_count from raw.loads where stream = 'customers'") == [(1,)]


def test_an_old_file_does_not_bring_the_person_back(company: Company) -> None:
    company.erase()
    write_csv(company.folder / "crm" / "customers_old.csv", CUSTOMERS, "adas-number,Ada Erased,ada@example.com,private")
    write_csv(
        company.folder / "desk" / "tickets_old.csv", TICKETS, "t9,adas-number,2026-02-01T10:00:00Z,chat,Adas subject"
    )
    # About a ticket that had been taken out before, by somebody who is not named.
    write_csv(company.folder / "desk" / "ticket_events_old.csv", EVENTS, f"e9,t1,{ON},note,agent,ann,,Dear Ada again")
    company.land()
    taken_out = clear_new_batches(company.settings, company.workspace)
    assert dict(taken_out) == {"customers": 1, "tickets": 1, "ticket_events": 1}
    assert places(company.workspace.folder, ["Ada Erased", "ada@example.com", "Adas subject", "Dear Ada"]) == []
    # Her facts stay one customer's.
    numbers = company.rows("select customer_id, count(*) from raw.tickets where ticket_id in ('t1', 't9') group by 1")
    assert [count for _, count in numbers] == [2]
    assert dict(clear_new_batches(company.settings, company.workspace)) == {}


def test_the_record_says_when_and_not_who(company: Company) -> None:
    company.erase()
    record = json.loads(company.workspace.erasures_file.read_text())
    assert len(record["erased"]) == 1
    assert record["erased"][0].keys() == {"digest", "erased_at"}
    assert not any(text in str(record) for text in PERSON)
    assert company.workspace.erasures_file.stat().st_mode & 0o077 == 0


def test_another_key_would_let_erased_people_back_in_and_is_refused(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.erase()
    monkeypatch.setenv(KEY_VARIABLE, "quite another key than the one before")
    with pytest.raises(ErasureError, match="set the key of then"):
        clear_new_batches(company.settings, company.workspace)


def test_a_number_that_is_nobodys_changes_nothing(company: Company) -> None:
    with pytest.raises(ErasureError, match="nothing that is landed is about customer 'adas-nomber'"):
        company.erase("adas-nomber")
    with pytest.raises(ErasureError, match="source 'desk' gives customers no numbers; those that do: crm"):
        company.erase(source="desk")
    assert json.loads(company.workspace.erasures_file.read_text())["erased"] == []


def test_streams_in_which_nobody_can_be_found_are_named(tmp_path: Path) -> None:
    desk = source(tmp_path, "desk", {"teams": ["team_id,name", "t1,First"], "log": ["who", "Ada"]})
    del desk["entities"]["log"]
    result = careloop("check", config=configuration(tmp_path, [desk]))
    assert result.returncode == 0, result.stderr
    assert "landed, but read by no mapping, so that erasing and retention do not reach them: desk/log" in result.stderr


def test_lines_that_could_not_be_parsed_lose_the_person_and_stay_counted(company: Company) -> None:
    path = company.folder / "crm" / "customers_broken.csv"
    write_csv(
        path, CUSTOMERS, 'adas-number,"Ada"x,y,z', '"x"Ada Erased,b,c,d', '"Bob"Kept,b,c,d', "cy,Cy,c@example.com,x"
    )
    company.land()
    company.erase()
    (batch,) = [it for it in company.zone.batches("crm", "customers") if it.rejects]
    with duckdb.connect() as connection:
        texts = connection.execute(
            "select text from read_parquet($1) order by line_number", [str(batch.rejects)]
        ).fetchall()
    assert texts == [("[erased]",), ("[erased]",), ('"Bob"Kept,b,c,d',)]


def test_the_pseudonym_leaves_logs_and_dagsters_history_with_its_bytes(tmp_path: Path) -> None:
    person, other = "ab" * 16, "cd" * 16
    workspace = Workspace(tmp_path)
    workspace.create()
    log = workspace.logs / "20260701T040000Z-ab12cd34.jsonl"
    log.write_text(f'{{"message": "customer_key={person}"}}\n{{"message": "customer_key={other}"}}\n')
    file = workspace.dagster / "history" / "runs.db"
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute('create table "event logs" (id integer, event text, size integer)')
        events = [(number, f'{{"sample_keys": "{key}"}}', 7) for number, key in enumerate([person, other] * 50)]
        connection.executemany('insert into "event logs" values (?, ?, ?)', events)
        connection.commit()
    forget(workspace, person)
    assert log.read_text() == f'{{"message": "customer_key=erased"}}\n{{"message": "customer_key={other}"}}\n'
    assert places(tmp_path, [person]) == []
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute('select event, count(*) from "event logs" group by 1 order by 1').fetchall() == [
            (f'{{"sample_keys": "{other}"}}', 50),
            ('{"sample_keys": "erased"}', 50),
        ]


def test_the_pseudonym_leaves_the_results_of_earlier_gates(tmp_path: Path) -> None:
    person, published = "ab" * 16, tmp_path / "published.duckdb"
    found = replace(
        CheckResult("core", "dim_customer", "no_gaps", "kind", None, "warning", "risk", "failed", "1 rows", "none"),
        sample_keys=({"customer_key": person},),
        message=f"for example customer_key={person}",
    )
    with duckdb.connect(str(published)) as connection:
        write_results(connection, "run", "facts", [found])
    with duckdb.connect() as connection:
        carry_results(connection, published, replacing={person: "erased"})
        told = connection.execute("select sample_keys, message, observed from quality.gate_result").fetchall()
    assert told == [('[{"customer_key": "erased"}]', "for example customer_key=erased", "1 rows")]


@pytest.mark.parametrize("step", range(1, 9))
def test_a_command_killed_at_any_write_is_finished_when_it_is_given_again(
    step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    done = 0

    def counted(original: Callable[..., object]) -> Callable[..., object]:
        def write(*arguments: object, **named: object) -> object:
            nonlocal done
            done += 1
            if done == step:
                raise Killed
            return original(*arguments, **named)

        return write

    company = Company(tmp_path, only_customers=True)
    for name in ("rename", "replace", "rmdir", "unlink"):
        monkeypatch.setattr(Path, name, counted(getattr(Path, name)))
    with pytest.raises(Killed):
        company.erase()
    monkeypatch.undo()
    company.erase()
    assert places(company.workspace.folder, PERSON) == []
    assert company.rows("select customer_id from raw.customers") == [("bobs-number",)]
    assert not [path for path in company.zone.folder.rglob(".*") if path.exists()]
