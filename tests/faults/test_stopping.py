"""SIGTERM and Ctrl-C: a run ends within ten seconds, says so in its record, frees the lock and publishes nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dagster_project.warehouse import Workspace
from tests.companies import careloop_process, configuration, source

TEN_SECONDS = 10
# What DuckDB computes for hours: as SQL, and as the value of a mapped column.
ENDLESS = "select max(a.range * b.range % 7) from range(10000000) as a, range(10000000) as b"

RUN = """
import sys, time
from pathlib import Path
import duckdb
from dagster_project.config import load_settings
from dagster_project.run import begin
with begin(load_settings(Path(sys.argv[1])), "abcdefgh", full_refresh=False):
    print("begun", flush=True)
    try:
        exec(sys.argv[2])
    except BaseException as error:
        print(repr(error))
"""
# As a shell starts a program: one in the background does not hear Ctrl-C, nor does what it starts, such as these tests.
IN_FRONT = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
IN_BACKGROUND = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
HOLDS_OUT = """
while True:
    try:
        time.sleep(1)
    except BaseException:
        pass
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return configuration(tmp_path, [source(tmp_path, "crm", {"teams": ["team_id,name", "t1,Support"]})])


def status(folder: Path) -> str:
    (record,) = (folder / "warehouse" / "runs").glob("*.json")
    return str(json.loads(record.read_text())["status"])


def is_free(folder: Path) -> bool:
    with Workspace(folder / "warehouse").lock("test"):
        return True


@pytest.mark.parametrize(
    "doing", [f'duckdb.execute("{ENDLESS}")', "time.sleep(600)", HOLDS_OUT], ids=["in a query", "idle", "holding out"]
)
@pytest.mark.parametrize(
    "by",
    [pytest.param(signal.SIGTERM, id="SIGTERM"), pytest.param(signal.SIGINT, id="Ctrl-C", marks=pytest.mark.full)],
)
def test_a_run_stops_whatever_it_is_doing(config: Path, by: signal.Signals, doing: str) -> None:
    command = [sys.executable, "-c", IN_FRONT + RUN, str(config), doing]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "begun\n"
        run.send_signal(by)
        try:
            run.wait(TEN_SECONDS)
        finally:
            run.kill()
    assert status(config.parent) == "stopped"
    assert is_free(config.parent)


def test_a_background_job_that_ignores_ctrl_c_stops_by_sigterm(config: Path) -> None:
    command = [sys.executable, "-c", IN_BACKGROUND + RUN, str(config), "time.sleep(600)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "begun\n"
        run.terminate()
        try:
            run.wait(TEN_SECONDS)
        finally:
            run.kill()
    assert status(config.parent) == "stopped"


# One call that DuckDB computes for a minute and cannot interrupt, and many that it can interrupt in between.
DEAF = ("t1,Support", "levenshtein(repeat(name, 40000), repeat('b', 280000))::varchar")
HEEDFUL = (
    "\n".join(f"t{n},Support" for n in range(40_000)),
    "levenshtein(repeat(name, 90), repeat('b', 630))::varchar",
)


@pytest.mark.parametrize(
    ("rows", "sql"),
    [pytest.param(*DEAF, id="deaf"), pytest.param(*HEEDFUL, id="heedful", marks=pytest.mark.full)],
)
def test_a_whole_run_stops_in_the_middle_of_a_long_query_of_dbt(config: Path, rows: str, sql: str) -> None:
    (config.parent / "crm" / "teams.csv").write_text(f"team_id,name\n{rows}\n")
    config.write_text(config.read_text().replace("name: name", f'name: {{sql: "{sql}"}}'))
    with careloop_process("run", config=config) as run:
        log = config.parent / "warehouse" / "dbt" / "target" / "run"
        while not list(log.rglob("typed_teams.sql")):  # dbt writes there what it is about to execute
            assert run.poll() is None, run.communicate()
            time.sleep(0.1)
        time.sleep(1)
        os.kill(run.pid, signal.SIGTERM)
        try:
            _, errors = run.communicate(timeout=TEN_SECONDS)
        finally:
            run.kill()
    assert run.returncode == 130, errors
    assert status(config.parent) == "stopped"
    assert not (config.parent / "warehouse" / "careloop.duckdb").exists()
    assert is_free(config.parent)
