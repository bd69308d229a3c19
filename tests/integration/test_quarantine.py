"""Rows that do not fit: each is set aside whole, with every reason, and costs no other row."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from tests.companies import careloop, configuration, source, write_csv

TICKETS = "ticket_id,customer_id,created_at,channel,reopen_count,is_spam,description,updated_at"
# Position in the file → the reasons that are expected of the row.
BAD_TICKETS = {
    3: (",c1,2026-01-05T10:00:00Z,email,,,,", "ticket_id: required value missing"),
    4: ("no_date,c1,,email,,,,", "created_at: required value missing"),
    5: ("impossible_date,c1,2026-02-31T10:00:00Z,email,,,,", "created_at: not an instant"),
    6: ("odd_channel,c1,2026-01-05T10:00:00Z,pigeon,,,,", "channel: unknown value"),
    7: ("fraction,c1,2026-01-05T10:00:00Z,email,1.5,,,", "reopen_count: not an integer"),
    8: ("perhaps,c1,2026-01-05T10:00:00Z,email,,perhaps,,", "is_spam: not a boolean"),
    9: ("future,c1,2026-07-02T00:00:00Z,email,,,,", "created_at: in the future of the extraction"),
    10: ("ancient,c1,1989-12-31T23:59:59Z,email,,,,", "created_at: before 1990"),
    11: ("skipped_hour,c1,2026-03-29 02:30:00,email,,,,", "created_at: local time that does not exist"),
    12: (f"novel,c1,2026-01-05T10:00:00Z,email,,,{'x' * 1_000_001},", "description: text over the size limit"),
    13: ("nul,c1,2026-01-05T10:00:00Z,email,,,a\0b,", "description: NUL character"),
    14: (",c1,never,email,,,,", "ticket_id: required value missing; created_at: not an instant"),
    # No engine has time zones for that: converting it stopped the run.
    15: ("stone_age,c1,290309-12-22 (BC) 00:00:00,email,,,,", "created_at: before 1990"),
}
EVENTS = {
    "header": "event_id,ticket_id,occurred_at,event_type",
    "good": "e1,good,2026-01-05T10:00:00Z,message",
    "orphan": "e2,nobody,2026-01-05T10:00:00Z,message",
    "early": "e3,good,2026-01-05T09:59:59Z,message",
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quarantine")
    tickets = [
        TICKETS,
        "good,c1,2026-01-05T10:00:00Z,Email,,,,",
        "ambiguous,c1,2025-10-26 02:30:00,Phone,,,,",
        *(row for row, _ in BAD_TICKETS.values()),
        # Three versions of one ticket and a copy of the newest.
        "versions,c1,2026-01-05T10:00:00Z,email,1,,,2026-01-06T10:00:00Z",
        "versions,c1,2026-01-05T10:00:00Z,email,3,,,2026-01-08T10:00:00Z",
        "versions,c1,2026-01-05T10:00:00Z,email,2,,,2026-01-07T10:00:00Z",
        "versions,c1,2026-01-05T10:00:00Z,email,3,,,2026-01-08T10:00:00Z",
    ]
    helpdesk = source(
        folder,
        "helpdesk",
        {"tickets": tickets, "ticket_events": list(EVENTS.values())},
        time_zone="Europe/Berlin",
    )
    # Latin-1 read as UTF-8.
    agents = write_csv(folder / "helpdesk" / "agents.csv", "agent_id,name", "a1,Ann")
    agents.write_bytes(agents.read_bytes() + "a2,Zoë\n".encode("latin-1"))
    helpdesk["files"]["agents"] = {"path": str(agents), "format": "csv"}
    helpdesk["entities"]["agents"] = {"from": "agents", "columns": {"agent_id": "agent_id", "name": "name"}}
    helpdesk["files"]["agents"]["extracted_at"] = "2026-07-01T00:00:00Z"
    config = configuration(folder, [helpdesk], max_quarantined_rate=1)
    result = careloop("run", config=config)
    assert result.returncode == 0, result.stderr
    return folder / "warehouse"


def rows(workspace: Path, sql: str, *, build: bool = False) -> list[tuple[object, ...]]:
    with duckdb.connect(
        str(workspace / ("build.duckdb" if build else "careloop.duckdb")), read_only=True
    ) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize(("position", "reasons"), [(at, reasons) for at, (_, reasons) in BAD_TICKETS.items()])
def test_a_row_that_does_not_fit_says_why_and_where(workspace: Path, position: int, reasons: str) -> None:
    found = rows(
        workspace, f"select reasons, file from quality.quarantine where entity = 'tickets' and position = {position}"
    )
    assert found == [(reasons, "helpdesk/tickets.csv")]


def test_a_quarantined_row_is_kept_whole_in_the_build_file(workspace: Path) -> None:
    ((text,),) = rows(workspace, "select row_text from personal.quarantine_tickets where position = 6", build=True)
    kept = json.loads(str(text))
    assert kept["ticket_id"] == "odd_channel"
    assert kept["channel"] == "pigeon"
    assert kept["created_at"] == "2026-01-05T10:00:00Z"


def test_rows_beside_a_bad_one_are_accepted(workspace: Path) -> None:
    accepted = rows(workspace, "select ticket_id from core.fct_ticket order by 1")
    assert accepted == [("ambiguous",), ("good",), ("versions",)]


def test_an_event_without_its_ticket_or_before_it_is_set_aside(workspace: Path) -> None:
    found = rows(
        workspace, "select position, reasons from quality.quarantine where entity = 'ticket_events' order by 1"
    )
    assert found == [(2, "ticket_id: orphaned reference"), (3, "occurred_at: before its ticket")]
    assert rows(workspace, "select count(*) from core.fct_ticket_event") == [(1,)]


def test_undecodable_bytes_cost_their_row_only(workspace: Path) -> None:
    found = rows(workspace, "select position, reasons from quality.quarantine where entity = 'agents'")
    assert found == [(2, "name: undecodable bytes")]


def test_a_local_time_that_occurs_twice_is_read_as_the_earlier_and_counted(workspace: Path) -> None:
    # 02:30 in Berlin on 26 October 2025 is 00:30 UTC in summer time and 01:30 UTC in winter time.
    found = rows(workspace, "select cast(created_at as varchar) from core.fct_ticket where ticket_id = 'ambiguous'")
    assert found == [("2025-10-26 00:30:00",)]
    counted = rows(workspace, "select ambiguous_time_rows from quality.row_account where entity = 'tickets'")
    assert counted == [(1,)]


def test_the_newest_version_counts_and_the_others_are_accounted_for(workspace: Path) -> None:
    assert rows(workspace, "select reopen_count from core.fct_ticket where ticket_id = 'versions'") == [(3,)]
    account = rows(
        workspace,
        "select landed_rows, accepted_rows, quarantined_rows, superseded_rows, duplicate_rows, unaccounted_rows "
        "from quality.row_account where entity = 'tickets'",
    )
    assert account == [(19, 3, 13, 2, 1, 0)]


def test_the_published_quarantine_names_rows_without_their_content(workspace: Path) -> None:
    columns = rows(workspace, "select column_name from duckdb_columns() where table_name = 'quarantine' order by 1")
    assert columns == [(name,) for name in ("entity", "file", "load_id", "mapping", "position", "reasons", "source")]


def test_the_command_line_lists_reasons_and_shows_rows_whole(workspace: Path) -> None:
    config = workspace.parent / "careloop.yml"
    reasons = careloop("quarantine", "list", config=config)
    assert reasons.returncode == 0
    assert "channel: unknown value" in reasons.stdout
    assert "helpdesk/tickets.csv" in reasons.stdout
    rows_shown = careloop("quarantine", "show", "ticket_events", config=config)
    assert "orphaned reference" in rows_shown.stdout
    assert '"ticket_id":"nobody"' in "".join(rows_shown.stdout.split())
    unknown = careloop("quarantine", "show", "pigeons", config=config)
    assert unknown.returncode == 1
    assert "allowed are customers, agents" in unknown.stderr


@pytest.mark.full
def test_a_mended_mapping_is_replayed_and_the_count_goes_to_zero(workspace: Path, tmp_path: Path) -> None:
    shutil.copytree(workspace.parent, tmp_path / "company", symlinks=True)
    config = tmp_path / "company" / "careloop.yml"
    sound = "ticket_id in ('good', 'ambiguous', 'versions')"
    mended = config.read_text().replace("    tickets:\n", f'    tickets:\n      where: "{sound}"\n', 1)
    assert sound in mended
    config.write_text(mended)
    result = careloop("quarantine", "replay", config=config)
    assert result.returncode == 0, result.stderr
    (tickets,) = [line.split() for line in result.stdout.splitlines() if line.strip().startswith("tickets")]
    assert tickets == ["tickets", "helpdesk", str(len(BAD_TICKETS)), "0"]
    assert "odd_channel" not in careloop("quarantine", "show", "tickets", config=config).stdout
