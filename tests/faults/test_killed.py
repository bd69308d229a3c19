"""Runs that die by SIGKILL, and runs that meet: what is published in the end is what a clean run publishes."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.companies import careloop, careloop_process, configuration, source
from tests.conftest import Bench

ROWS = {
    "customers": ["customer_id,name", *(f"c{number},Name {number}" for number in range(5))],
    "tickets": [
        "ticket_id,customer_id,created_at,channel,status",
        *(f"t{day},c{day % 5},2026-01-{day:02}T10:00:00Z,email,Open" for day in range(1, 21)),
        "bad,c1,never,email,Open",
    ],
    "ticket_events": [
        "event_id,ticket_id,occurred_at,event_type,actor_type,is_public",
        *(f"e{day},t{day},2026-01-{day:02}T11:00:00Z,message,agent,true" for day in range(1, 21)),
    ],
}
# Of these every row bears the run that made it, or its instants.
ABOUT_RUNS = {"quality.run", "quality.gate_result"}
# One of each kind, in their order; what stands between two of a kind is looked at in test_at_each_write.py.
STEPS = (
    "os.rename /runs/",
    "os.rename /landing/helpdesk/customers/",
    "os.rename /landing/helpdesk/tickets/",
    '"typed_tickets',
    "/seeds/kpis.csv",
    "insert into quality.gate_result",
    "insert into texts.text_class",
    '"core"."fct_ticket',
    '"kpi"."kpi_value',
    'analysis."kpi_trend"',
    "os.rename /published/.export-",
    "os.rename /.careloop.duckdb.part",
)


def company(folder: Path) -> Path:
    return configuration(folder, [source(folder, "helpdesk", ROWS)])


def watched(config: Path, plan: dict[str, Any]) -> subprocess.Popen[str]:
    workspace = str(config.parent / "warehouse")
    command = [sys.executable, "-m", "tests.faults.points", json.dumps(plan), workspace]
    return careloop_process("run", config=config, command=command)


def published(config: Path) -> dict[str, list[tuple[Any, ...]]]:
    with duckdb.connect(str(config.parent / "warehouse" / "careloop.duckdb"), read_only=True) as connection:
        tables = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        return {
            table: connection.execute(f"from {table} order by all").fetchall()
            for (table,) in tables
            if table not in ABOUT_RUNS
        }


def gates(config: Path) -> list[tuple[Any, ...]]:
    """What the gates of the published run found."""
    with duckdb.connect(str(config.parent / "warehouse" / "careloop.duckdb"), read_only=True) as connection:
        return connection.execute(
            "select * exclude (run_id) from quality.gate_result "
            "where run_id = (select max(run) from quality.run) order by all"
        ).fetchall()


def wait_for(file: Path, run: subprocess.Popen[str]) -> None:
    while not file.exists():
        assert run.poll() is None, run.communicate()
        time.sleep(0.1)


def statuses_once_nothing_is_left_open(config: Path) -> list[str]:
    """Make sure that no file, record or run of Dagster tells of a run that is going on; tell how each run ended."""
    workspace = config.parent / "warehouse"
    assert not list(workspace.rglob(".unfinished-*"))
    assert not list(workspace.glob(".*"))
    with sqlite3.connect(workspace / "dagster" / "history" / "runs.db") as history:
        assert history.execute("select count(*) from runs where status in ('STARTED', 'STARTING')").fetchall() == [(0,)]
    statuses = [json.loads(file.read_text())["status"] for file in sorted(workspace.glob("runs/*.json"))]
    assert "running" not in statuses
    return statuses


class Clean:
    """A run that nothing disturbed but a second one that came too early."""

    def __init__(self, folder: Path) -> None:
        self.config, waiting = company(folder), folder / "waiting"
        with watched(self.config, {"wait": '"core"."fct_ticket', "waiting": str(waiting)}) as run:
            wait_for(waiting, run)
            self.second = careloop("run", config=self.config)
            waiting.unlink()
            _, self.errors = run.communicate()
        self.exit_code = run.returncode


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Clean:
    return Clean(tmp_path_factory.mktemp("clean"))


def test_a_second_run_is_busy_and_once_the_first_is_killed_the_next_one_publishes(tmp_path: Path) -> None:
    config, waiting = company(tmp_path), tmp_path / "waiting"
    with watched(config, {"wait": '"core"."fct_ticket', "waiting": str(waiting)}) as first:
        wait_for(waiting, first)
        second = careloop("run", config=config)
        first.kill()
    assert second.returncode == 75
    assert "busy, held by" in second.stderr
    assert not (tmp_path / "warehouse" / "careloop.duckdb").exists()
    result = careloop("run", config=config)
    assert result.returncode == 0, result.stderr
    # Nothing is skipped and nothing doubled of what the killed run had landed and half built.
    with duckdb.connect(str(tmp_path / "warehouse" / "careloop.duckdb"), read_only=True) as connection:
        tickets = connection.execute("select ticket_id from core.fct_ticket order by created_at").fetchall()
    assert tickets == [(f"t{day}",) for day in range(1, 21)]
    assert len(published(config)["core.fct_ticket_event"]) == 20
    assert len(published(config)["quality.quarantine"]) == 1
    assert statuses_once_nothing_is_left_open(config) == ["failed", "published"]


@pytest.mark.full
def test_the_run_that_a_second_one_met_is_unharmed(clean: Clean) -> None:
    assert clean.second.returncode == 75
    assert (clean.exit_code, clean.errors.count("Traceback")) == (0, 0)
    assert len(published(clean.config)["core.fct_ticket"]) == 20


@pytest.mark.full
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_run_killed_at_one_step_after_the_other_ends_like_a_clean_one(
    clean: Clean, tmp_path: Path, after: bool
) -> None:
    config = company(tmp_path)
    for step in STEPS:
        with watched(config, {"kill": step, "after": after}) as run:
            output = run.communicate()
        assert run.returncode == -signal.SIGKILL, (step, output)
    result = careloop("run", config=config)
    assert result.returncode == 0, result.stderr
    found, expected = published(config), published(clean.config)
    assert found.keys() == expected.keys()
    assert [table for table in expected if found[table] != expected[table]] == []
    assert gates(config) == gates(clean.config)
    *killed, last = statuses_once_nothing_is_left_open(config)
    assert last == "published"
    assert killed.count("failed") >= len(STEPS) - 2  # the first had no record yet, the last was published already


# Forks two children a step, each with nothing of DuckDB's from before: one that kills itself before its n-th change of
# the file system, and one that begins a run and lands again, as the next run does.
LANDS_AT_EACH_STEP = """
import os, signal, sys
from pathlib import Path
from dagster_project.landing import LandingZone
from dagster_project.source_config.files import FileSource
from dagster_project.sources.files import extract
folder, zones = Path(sys.argv[1]), Path(sys.argv[2])
described = FileSource.model_validate({
    "name": "crm", "kind": "files", "files": {"teams": {"format": "csv", "path": "teams.csv"}},
    "entities": {"teams": {"from": "teams", "columns": {"team_id": "id"}}}}, context={"folder": folder})
CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir"}
def die_before(step):
    def count(event, arguments):
        global remaining
        if event in CHANGES or event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_ACCMODE:
            if remaining == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            remaining -= 1
    sys.addaudithook(count)
def land(zone):
    extract(described, zone, config_folder=folder, check=lambda *_: None)
def child(what):
    pid = os.fork()
    if pid == 0:
        what()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
step, ended = 0, None
while ended != 0:
    zone, remaining = LandingZone(zones / f"{step:03d}"), step
    ended = child(lambda: (die_before(step), land(zone)))
    assert ended in (0, -signal.SIGKILL), ended
    assert child(lambda: (zone.sweep(), land(zone))) == 0
    step += 1
"""


def test_landing_killed_at_each_step_lands_each_row_once_and_leaves_nothing(bench: Bench, tmp_path: Path) -> None:
    bench.put("teams.csv", 'id,name\n1,Ann\n2,Bob\n3,"unclosed\n')
    subprocess.run([sys.executable, "-c", LANDS_AT_EACH_STEP, str(bench.folder), str(tmp_path)], check=True)
    zones = sorted(tmp_path.iterdir())
    assert len(zones) > 10
    found = [
        {str(path.relative_to(zone)): path.read_bytes() for path in zone.rglob("*") if path.is_file()} for zone in zones
    ]
    assert {Path(name).name for name in found[-1]} == {"part-00000.parquet", "rejects.parquet", "manifest.json"}
    assert all(files == found[-1] for files in found)
    assert not [path for zone in zones for path in zone.rglob(".*")]
