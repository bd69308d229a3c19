"""Rows go when they are older than the configuration lets them become, and stay in the account."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from dagster_project import retention
from dagster_project.config import ConfigError, load_settings
from dagster_project.contract import ENTITIES
from dagster_project.erasure import erase_customer
from dagster_project.landing import LandingZone
from dagster_project.launch import Outcome
from dagster_project.raw import create_raw_views
from dagster_project.sources.files import extract
from dagster_project.warehouse import Workspace
from tests.companies import configuration, source, write_csv
from tests.security.searching import places

DESK = {
    "customers": ["customer_id,signup_at", "c1,2020-01-01T00:00:00Z"],
    "tickets": [
        "ticket_id,customer_id,created_at,subject",
        "old,c1,2026-01-30T23:59:59Z,an old subject",
        "young,c1,2026-01-31T00:00:00Z,a young subject",
        "unreadable,c1,some day,no instant",
    ],
    "ticket_events": [
        "event_id,ticket_id,occurred_at,event_type,body",
        "e1,old,2026-03-01T10:00:00Z,message,late words about an old ticket",
        "e2,young,2026-02-01T10:00:00Z,message,words",
    ],
    "orders": ["order_id,customer_id,ordered_at", "o1,c1,2020-01-01T00:00:00Z"],
}


class Desk:
    """A landed company whose newest version in force holds figures up to the stated instants."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, *, as_of: str, newest_at: str) -> None:
        desk = source(folder, "desk", DESK)
        config = configuration(folder, [desk], retention={"tickets": "30 days"})
        self.settings = load_settings(config)
        self.workspace = Workspace(self.settings.workspace_folder)
        self.workspace.create()
        self.zone = LandingZone(self.workspace.landing)
        extract(self.settings.sources[0], self.zone, config_folder=folder, check=lambda *_: None)
        version = folder / "version.duckdb"
        with duckdb.connect(str(version)) as connection:
            instants = [datetime.fromisoformat(as_of), datetime.fromisoformat(newest_at)]
            connection.execute("create schema quality")
            connection.execute(
                "create table quality.source_freshness as select $1::timestamp as as_of, $2::timestamp as newest_at",
                instants,
            )
        monkeypatch.setattr(retention, "current", lambda _: SimpleNamespace(file=version))

    def remove(self) -> dict[str, int]:
        return dict(retention.remove_expired(self.settings, self.workspace))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        streams = {("desk", name): self.zone.parts("desk", name) for name in DESK}
        with duckdb.connect() as connection:
            create_raw_views(connection, self.settings, streams)
            return connection.execute(query).fetchall()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch, as_of="2026-03-02T12:00:00", newest_at="2026-03-02T12:00:00")


def test_old_rows_go_with_what_hangs_on_them_and_no_others(desk: Desk) -> None:
    # 30 days before 2 March is 31 January: the last day that is kept.
    assert desk.remove() == {"tickets": 1, "ticket_events": 1}
    assert desk.rows("select ticket_id from raw.tickets order by 1") == [("unreadable",), ("young",)]
    assert desk.rows("select event_id from raw.ticket_events") == [("e2",)]
    assert desk.rows("select order_id from raw.orders") == [("o1",)]
    assert places(desk.workspace.folder, ["an old subject", "late words"]) == []
    assert desk.remove() == {}


def test_what_went_stays_in_the_account(desk: Desk) -> None:
    desk.remove()
    counted = desk.rows("select entity, erased_rows, fact_rows, expired_rows from raw.removed order by 1")
    assert counted == [("ticket_events", 0, 0, 1), ("tickets", 0, 0, 1)]
    assert desk.rows("select row_count from raw.loads where stream = 'tickets'") == [(2,)]
    for stream in DESK:
        for batch in desk.zone.batches("desk", stream):
            batch.verify()


def test_each_file_of_a_batch_accounts_for_its_own_rows(desk: Desk) -> None:
    again = ["order_id,customer_id,ordered_at", "o8,c1,2026-03-01T00:00:00Z", "o9,c1,2020-01-01T00:00:00Z"]
    folder = desk.settings.config_file.parent
    write_csv(folder / "desk" / "orders_a.csv", again[0], "o2,c1,2020-01-01T00:00:00Z", "o3,c1,2020-01-02T00:00:00Z")
    write_csv(folder / "desk" / "orders_b.csv", *again)
    described = source(folder, "desk", DESK)
    described["files"]["orders"]["path"] = str(folder / "desk" / "orders_*.csv")
    desk.settings = load_settings(configuration(folder, [described], retention={"orders": "30 days"}))
    extract(desk.settings.sources[0], desk.zone, config_folder=folder, check=lambda *_: None)
    assert desk.remove() == {"orders": 4}
    counted = desk.rows("select load_id, sum(expired_rows) from raw.removed where entity = 'orders' group by all")
    assert sorted(count for _, count in counted) == [1, 3]
    assert desk.rows("select order_id from raw.orders") == [("o8",)]


def test_facts_about_erased_people_grow_old_too(desk: Desk) -> None:
    erase_customer(desk.settings, "desk", "c1", publish=lambda: Outcome(0))
    desk.remove()
    assert desk.rows("select ticket_id from raw.tickets order by 1") == [("unreadable",), ("young",)]
    counted = desk.rows("select entity, erased_rows, fact_rows, expired_rows from raw.removed where expired_rows > 0")
    assert sorted(counted) == [("ticket_events", 1, 1, 1), ("tickets", 2, 2, 1)]


def test_an_as_of_beyond_the_data_removes_nothing_that_the_data_would_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path, monkeypatch, as_of="2099-01-01T00:00:00", newest_at="2026-03-01T12:00:00")
    assert desk.remove() == {}


def test_nothing_goes_before_a_first_version_or_without_a_rule(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "current", lambda _: None)
    assert desk.remove() == {}


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"customers": "30 days"}, "'customers' is no entity of things that happen; there are tickets"),
        ({"tickets": "a month"}, "expected one such as `730 days`"),
        ({"tickets": "0 days"}, "not a number of days"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(rule: dict[str, str], says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=says):
        load_settings(configuration(tmp_path, [source(tmp_path, "desk", DESK)], retention=rule))


def test_every_entity_of_things_that_happen_can_have_a_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    happening = {name: entity.happens_at for name, entity in ENTITIES.items() if entity.happens_at}
    desk = Desk(tmp_path, monkeypatch, as_of="2026-03-02T12:00:00", newest_at="2026-03-02T12:00:00")
    rules = dict.fromkeys(happening, "36500 days")
    desk.settings = load_settings(configuration(tmp_path, [source(tmp_path, "desk", DESK)], retention=rules))
    assert desk.remove() == {}
    assert happening["tickets"] == "created_at"
    assert happening["usage_events"] == "occurred_at"
    assert not happening.keys() & {"customers", "agents", "teams", "articles", "market_benchmarks", "initiatives"}
