"""Nights on Spark: each builds upon the one before, and after them every table is what DuckDB makes of all at once."""

from __future__ import annotations

import re
import shutil
import signal
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import pytest

from dagster_project.config import load_settings
from dagster_project.increment import Affected
from dagster_project.spark.engine import Spark
from dagster_project.texts.store import Counts
from tests.companies import landed
from tests.deliveries import SELECTIONS, Company, Row, sample_rows, split
from tests.scale.comparing import differences
from tests.scale.runs import built_on_duckdb, finish, say_where_spark_is, start_on_spark

pytestmark = pytest.mark.scale

TICKETS = 500
MASTER = "local[2]"
# Of a company's history: what one night brings leaves four fifths of the tickets as they are.
KEPT_IN_HISTORY = 0.97
# A session of Spark ends with its process, as in a run.
PROCESSES = get_context("spawn")


class Night(NamedTuple):
    affected: Affected
    texts: Counts
    stood: set[str]


def night(config: Path) -> Night:
    """Build facts and KPIs upon what the night before left, without tests and the rest of a run."""
    settings = load_settings(config, target="spark")
    engine = Spark(settings, settings.warehouse)
    texts = Counts(0, 0, 0)
    stood: set[str] = set()
    try:
        engine.map(landed(settings))
        for layer, selection in SELECTIONS.items():
            if layer == "core":
                texts = engine.read_texts()
            results = engine.build([*selection, "--exclude-resource-type", "test"], lambda _: None)
            assert [f"{it.unique_id}: {it.message}" for it in results if it.failed] == []
            stood |= {it.resource_type for it in results if it.stands}
        return Night(engine.complete(), texts, stood)
    finally:
        engine.close()


def begun(config: Path) -> None:
    """Begin a build, and give up before its first table."""
    settings = load_settings(config, target="spark")
    engine = Spark(settings, settings.warehouse)
    engine.map(landed(settings))
    engine.close()


def in_a_process(config: Path) -> Night:
    with ProcessPoolExecutor(1, mp_context=PROCESSES) as pool:
        return pool.submit(night, config).result()


def one(rows: list[Row], entity: str, column: str, value: str | None = None) -> Row:
    """Find a row of an entity with this value in a column, or with any."""
    return next(
        row
        for row in rows
        if row.entity == entity and (row.value(column) if value is None else row.value(column) == value)
    )


def test_nights_leave_what_a_full_build_leaves_and_a_killed_one_is_followed_by_a_full_one(tmp_path: Path) -> None:
    rows = sample_rows(tmp_path / "sample", TICKETS)
    history, rest = split(rows, share=KEPT_IN_HISTORY, seed=1, first=("agents", "teams"))
    (tmp_path / "company").mkdir()
    company = Company(tmp_path / "company")
    say_where_spark_is(company.config, MASTER)
    company.begin_anew(history)
    first = in_a_process(company.config)
    assert first.affected[:2] == (False, None)

    # Late history, some of it again, a ticket that is corrected, and one that goes to another customer.
    corrected, moved = one(history, "tickets", "category"), one(rest, "tickets", "customer_id")
    of_ticket = one(history, "tickets", "ticket_id", corrected.value("ticket_id"))
    later = "2026-06-30 12:00:00"
    company.deliver(
        [
            *rest,
            *history[:30],
            corrected.but(priority="urgent", updated_at=later),
            moved.but(customer_id=of_ticket.value("customer_id"), updated_at=later),
        ]
    )
    second = in_a_process(company.config)
    assert second.affected.is_incremental
    assert second.affected.tickets is not None
    assert 0 < second.affected.tickets < TICKETS / 5
    assert "seed" in second.stood
    # Each text is read once.
    assert 0 < second.texts.read == second.texts.texts - first.texts.texts

    # The as-of instant moves, and a customer changes. This time, as a user gives the command.
    message, customer = one(history, "ticket_events", "event_type", "message"), one(history, "customers", "segment")
    company.deliver(
        [
            message.but(event_id="of today", occurred_at="2026-07-01 12:00:00"),
            customer.but(segment="Anderes", updated_at="2026-06-30T12:00:00Z"),
        ]
    )
    said = finish(start_on_spark(company.config, MASTER))
    worked_out = re.search(r"incrementally: (\d+) tickets worked out again", said)
    assert worked_out, said
    assert 0 < int(worked_out[1]) < TICKETS / 5
    at_once = tmp_path / "at_once"
    made = ("spark", "published", "runs", "build.duckdb", "careloop.duckdb", "export", "report")
    shutil.copytree(company.folder, at_once, ignore=shutil.ignore_patterns(*made))
    build_file = built_on_duckdb(at_once / company.config.name)
    assert list(differences(build_file, company.workspace.folder)) == []

    a_killed_build_is_kept_by_nobody(company, message)


def a_killed_build_is_kept_by_nobody(company: Company, message: Row) -> None:
    company.deliver([message.but(event_id="of tonight", occurred_at="2026-07-01 20:00:00")])
    spark = company.workspace.spark
    facts = {folder.name for folder in spark.glob("core.db/*")}
    build = PROCESSES.Process(target=night, args=(company.config,))
    build.start()
    # Staging is built, and which tickets are affected is known: their rows are about to be replaced.
    while build.is_alive() and not (spark / "increment.db" / "stg_ticket_events" / "_SUCCESS").exists():
        time.sleep(0.1)
    build.kill()
    build.join()
    assert build.exitcode == -signal.SIGKILL
    assert {folder.name for folder in spark.glob("core.db/*")} == facts, "the killed build had not replaced facts yet"
    with ProcessPoolExecutor(1, mp_context=PROCESSES) as pool:
        pool.submit(begun, company.config).result()
    assert list(spark.glob("core.db/*")) == [], "nothing is kept: all of it is built again"
