"""The whole job as its users meet it: exit codes, what stays in place when it fails, and that runs repeat."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from dagster_project.config import PROJECT_ROOT
from dagster_project.warehouse import Workspace
from tests.companies import careloop, configuration, source, write_csv

TICKETS = "ticket_id,customer_id,created_at,channel,status,updated_at"
JANUARY = [
    f"J{day},c{day % 3},2026-01-{day:02}T10:00:00Z,email,Open,2026-01-{day:02}T10:00:00Z" for day in range(1, 21)
]
# Later versions of January's tickets, and new ones.
FEBRUARY = [
    *(f"J{day},c{day % 3},2026-01-{day:02}T10:00:00Z,email,Solved,2026-02-01T10:00:00Z" for day in range(1, 6)),
    *(f"F{day},c{day % 3},2026-02-{day:02}T10:00:00Z,phone,Open,2026-02-{day:02}T10:00:00Z" for day in range(1, 11)),
]
CUSTOMERS = [
    "customer_id,name,email,segment",
    *(f"c{n},Canary Name {n},canary{n}@example.com,private" for n in range(3)),
]


def company(folder: Path, *monthly: list[str], **settings: Any) -> Path:
    """Write a company whose helpdesk exports one file a month."""
    helpdesk = source(folder, "helpdesk", {"customers": CUSTOMERS, "tickets": [TICKETS]})
    for number, rows in enumerate(monthly):
        month(folder, number, rows)
    helpdesk["files"]["tickets"]["path"] = [str(folder / "helpdesk" / "tickets_*.csv")]
    return configuration(folder, [helpdesk], **settings)


def month(folder: Path, number: int, rows: list[str], header: str = TICKETS) -> None:
    write_csv(
        folder / "helpdesk" / f"tickets_{number}.csv",
        header,
        *rows,
        exported_at=datetime(2026, 7, 1 + number, tzinfo=UTC),
    )


def marts(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the published facts and marts, in a stable order."""
    with duckdb.connect(str(folder / "warehouse" / "careloop.duckdb"), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where schema_name in ('core', 'kpi') order by 1"
        ).fetchall()
        return {table: connection.execute(f"from {table} order by all").fetchall() for (table,) in tables}


def asked(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "warehouse" / "careloop.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def last_run(folder: Path) -> dict[str, Any]:
    """Return the record of the latest run."""
    record: dict[str, Any] = json.loads(max((folder / "warehouse" / "runs").glob("*.json")).read_text(encoding="utf-8"))
    return record


def full_builds(folder: Path) -> list[str]:
    """Return the full build that each published version goes back to, oldest first."""
    records = sorted((folder / "warehouse" / "published").glob("careloop-*.json"))
    return [json.loads(record.read_text(encoding="utf-8"))["full_build"] for record in records]


def everything_published(folder: Path) -> dict[str, str]:
    published = folder / "warehouse" / "published"
    return {
        str(path.relative_to(published)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(published.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def january(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company that has published January; tests work on copies."""
    folder = tmp_path_factory.mktemp("january")
    result = careloop("run", config=company(folder, JANUARY))
    assert result.returncode == 0, result.stderr
    return folder


@pytest.fixture
def published(january: Path, tmp_path: Path) -> Path:
    shutil.copytree(january, tmp_path / "company", symlinks=True)
    company(tmp_path / "company", JANUARY)
    return tmp_path / "company"


@pytest.fixture(scope="module")
def february(january: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company after the run of another night, with figures up to a stated instant; tests work on copies."""
    folder = tmp_path_factory.mktemp("february") / "company"
    shutil.copytree(january, folder, symlinks=True)
    # Paths are settings: in another folder, the first build is a full one.
    assert careloop("run", config=company(folder, JANUARY)).returncode == 0
    config = company(folder, JANUARY, FEBRUARY)
    result = careloop("run", "--as-of", "2026-03-01T00:00:00+01:00", config=config)
    assert result.returncode == 0, result.stderr
    return folder


def test_a_run_ends_with_the_rows_and_the_place_of_the_warehouse(january: Path) -> None:
    shown = careloop("status", config=january / "careloop.yml").stdout
    assert "published" in shown
    assert len(marts(january)["core.fct_ticket"]) == 20


def test_history_in_two_runs_gives_the_same_marts_as_in_one(january: Path, february: Path, tmp_path: Path) -> None:
    before, after = (
        {it.relative_to(folder) for it in (folder / "warehouse" / "landing").rglob("part-*.parquet")}
        for folder in (january, february)
    )
    assert len(after - before) == 1, "only the new file is landed"
    at_once = company(tmp_path, JANUARY, FEBRUARY, as_of="2026-02-28T23:00:00Z")
    assert careloop("run", config=at_once).returncode == 0
    incremental, full = marts(february), marts(tmp_path)
    assert len(incremental["core.fct_ticket"]) == 30
    assert incremental == full
    assert last_run(february)["build"] == "incremental"
    *_, before_the_night, night = full_builds(february)
    assert night == before_the_night, "its version may begin with the one before"
    assert full_builds(tmp_path) != [night]


def test_a_misspelt_column_is_a_bad_configuration_that_lists_the_columns(published: Path) -> None:
    config = published / "careloop.yml"
    config.write_text(config.read_text().replace("status: status", "status: statsu"))
    before = everything_published(published)
    result = careloop("run", config=config)
    assert result.returncode == 2
    assert "no column 'statsu'" in result.stderr
    assert "Did you mean 'status'?" in result.stderr
    assert "ticket_id, customer_id, created_at, channel, status, updated_at" in result.stderr
    assert everything_published(published) == before


def test_a_file_without_a_required_column_stops_the_run_and_lands_nothing(published: Path) -> None:
    month(published, 1, ["F1,c1"], header="ticket_id,customer_id")
    before = set((published / "warehouse" / "landing").rglob("*"))
    result = careloop("run", config=published / "careloop.yml")
    assert result.returncode == 2
    assert "no column 'created_at' in helpdesk/tickets_1.csv" in result.stderr
    assert set((published / "warehouse" / "landing").rglob("*")) == before


def test_a_failed_critical_expectation_leaves_the_published_version_byte_for_byte(published: Path) -> None:
    # Twenty good rows and five bad ones: a fifth is quarantined where 5 % is allowed.
    month(published, 1, [f"B{n},c1,never,email,Open," for n in range(5)])
    before = everything_published(published)
    link = (published / "warehouse" / "careloop.duckdb").readlink()
    result = careloop("run", config=published / "careloop.yml")
    assert result.returncode == 3
    assert "quarantined_rate" in result.stderr
    assert everything_published(published) == before
    assert (published / "warehouse" / "careloop.duckdb").readlink() == link
    records = sorted((published / "warehouse" / "runs").glob("*.json"))
    assert json.loads(records[-1].read_text())["status"] == "refused"


def test_a_second_run_is_told_that_the_workspace_is_busy(published: Path) -> None:
    with Workspace(published / "warehouse").lock("another run"):
        result = careloop("run", config=published / "careloop.yml")
    assert result.returncode == 75
    assert "busy" in result.stderr
    assert "another run" in result.stderr


def test_a_bad_configuration_names_file_line_and_key(tmp_path: Path) -> None:
    config = tmp_path / "careloop.yml"
    config.write_text("workspace: here\nreporting_time_zone: Mars/Olympus\nsources: []\n")
    result = careloop("run", config=config)
    assert result.returncode == 2
    assert f"{config}:2: reporting_time_zone: unknown time zone 'Mars/Olympus'" in result.stderr
    assert f"{config}:3: sources" in result.stderr


def test_no_personal_data_reaches_what_is_published(january: Path) -> None:
    build = (january / "warehouse" / "build.duckdb").read_bytes()
    assert b"Canary Name" in build, "the canary is not in the build file, so its absence elsewhere proves nothing"
    for path in (january / "warehouse" / "published").rglob("*"):
        if path.is_file():
            assert b"anary" not in path.read_bytes(), path
    exported = duckdb.sql(f"from '{january}/warehouse/export/core/dim_customer.parquet'").fetchall()
    assert not [row for row in exported if "anary" in str(row) or "c1" in row]


def test_a_model_that_fails_is_named_with_its_reason_whatever_was_skipped_behind_it(tmp_path: Path) -> None:
    result = careloop("run", config=company(tmp_path, JANUARY, memory_limit="20MB"))
    assert result.returncode == 1
    assert "model.careloop.typed_tickets: Runtime Error" in result.stderr
    assert "Out of Memory Error" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "warehouse" / "careloop.duckdb").exists()


def test_restore_goes_back_to_the_version_before(february: Path, tmp_path: Path) -> None:
    shutil.copytree(february, tmp_path / "company", symlinks=True)
    config = company(tmp_path / "company", JANUARY, FEBRUARY)
    assert careloop("restore", config=config).returncode == 0
    assert len(marts(config.parent)["core.fct_ticket"]) == 20


def test_a_run_that_finds_nothing_new_says_so_and_publishes_nothing(
    january: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, workspace = january / "careloop.yml", january / "warehouse"
    before, link = everything_published(january), (workspace / "careloop.duckdb").readlink()
    version = link.stem.removeprefix("careloop-")
    result = careloop("run", config=config)
    assert result.returncode == 0, result.stderr
    assert f"Nothing has changed since version {version}" in result.stdout
    assert "asset check" not in result.stderr, "no warnings of gates that had nothing to look at"
    assert everything_published(january) == before
    assert (workspace / "careloop.duckdb").readlink() == link
    record = json.loads(sorted((workspace / "runs").glob("*.json"))[-1].read_text())
    assert (record["status"], record["published_version"]) == ("unchanged", version)
    assert set(record["stage_seconds"]) == {"extract and land"}
    status = careloop("status", config=config)
    assert (status.returncode, "unchanged" in status.stdout) == (0, True)
    # Dagster's freshness policy is satisfied as well.
    monkeypatch.setenv("DAGSTER_HOME", str(workspace / "dagster"))
    with dg.DagsterInstance.get() as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(["published", "careloop"]))
    assert event is not None
    assert event.asset_materialization is not None
    assert event.asset_materialization.description == "Nothing has changed: the version stands."


def test_as_of_fixes_the_instant_up_to_which_figures_are_computed(february: Path) -> None:
    assert marts(february)["core.as_of"][0][0] == datetime.fromisoformat("2026-02-28T23:00:00")


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """A web server on the loopback interface that takes notifications."""
    received: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("CARELOOP_NOTIFY_URLS", f"json://127.0.0.1:{server.server_port}")
    yield received
    server.shutdown()
    server.server_close()


def test_a_failed_run_is_told_to_whom_it_concerns(published: Path, mailbox: list[dict[str, Any]]) -> None:
    (published / "helpdesk" / "tickets_1.csv").write_text("")
    result = careloop("run", config=published / "careloop.yml")
    assert result.returncode == 1
    assert len(mailbox) == 1
    assert "tickets_1.csv" in mailbox[0]["message"]


def test_an_erasure_and_a_changed_holiday_are_each_built_in_full_and_leave_what_a_full_refresh_leaves(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = published / "careloop.yml"
    before = full_builds(published)
    assert careloop("erase-customer", "helpdesk", "c1", config=config).returncode == 0
    assert last_run(published)["build"] == "full"
    assert full_builds(published) != before, "the version is written from nothing"
    due = "select sla_target_key, due_at from core.fct_sla_target order by all"
    promised = asked(published, due)

    # A night whose new rows alone would be built incrementally; in another copy of the project for its seeds.
    month(published, 1, FEBRUARY)
    for folder in ("dagster_project", "dbt_project", "expectations", "seeds"):
        shutil.copytree(
            PROJECT_ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("target", "__pycache__")
        )
    shutil.copy(PROJECT_ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "seeds" / "schedule_holidays.csv").open("a", encoding="utf-8") as holidays:
        holidays.write("service_hours,2026-01-15,Day of the customer\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert careloop("run", config=config).returncode == 0
    assert last_run(published)["build"] == "full"
    assert not set(promised) <= set(asked(published, due)), "promises of mid-January move by a day"
    by_night = marts(published)
    assert careloop("run", "--full-refresh", config=config).returncode == 0
    assert marts(published) == by_night


def test_query_asks_the_published_warehouse_and_cannot_change_it(january: Path) -> None:
    config = january / "careloop.yml"
    assert "20" in careloop("query", "select count(*) as tickets from core.fct_ticket", config=config).stdout
    refused = careloop("query", "drop table core.fct_ticket", config=config)
    assert refused.returncode == 1
    assert "read-only" in refused.stderr


def test_check_finds_a_damaged_batch(published: Path) -> None:
    config = published / "careloop.yml"
    assert careloop("check", config=config).returncode == 0
    part = next((published / "warehouse" / "landing").rglob("part-*.parquet"))
    part.write_bytes(part.read_bytes()[:-1] + b"?")
    result = careloop("check", config=config)
    assert result.returncode == 2
    assert part.name in result.stderr


def test_what_spark_lacks_is_a_bad_configuration_that_says_so(published: Path) -> None:
    config, before = published / "careloop.yml", everything_published(published)
    result = careloop("run", "--target", "spark", config=config)
    assert result.returncode == 2
    assert "expected a section such as `spark: {master: 'local[*]'}`" in result.stderr
    assert everything_published(published) == before
