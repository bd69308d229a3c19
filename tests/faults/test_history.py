"""History in any order, and a month of nights: the same marts whatever brought the data in, and bounded growth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dagster_project.warehouse import Workspace
from dagster_project.warehouse.runs import read_run_records
from tests.companies import careloop, configuration, source, write_csv
from tests.faults.test_killed import published, watched

TICKETS = "ticket_id,customer_id,created_at,channel,status,updated_at"
EXPORTS = [
    # Months after them the beginnings arrive: January's history in the last file.
    [f"f{day},c{day % 3},2026-02-{day:02}T10:00:00Z,email,Open,2026-02-{day:02}T10:00:00Z" for day in range(1, 21)],
    # Overlaps the first: a part of it again, and newer versions of others.
    [
        *(f"f{day},c{day % 3},2026-02-{day:02}T10:00:00Z,email,Open,2026-02-{day:02}T10:00:00Z" for day in range(1, 6)),
        *(f"f{day},c{day % 3},2026-02-{day:02}T10:00:00Z,email,Solved,2026-03-01T10:00:00Z" for day in range(6, 12)),
        *(f"m{day},c{day % 3},2026-03-{day:02}T10:00:00Z,phone,Open,2026-03-{day:02}T10:00:00Z" for day in range(1, 9)),
    ],
    [f"j{day},c{day % 3},2026-01-{day:02}T10:00:00Z,web,Closed,2026-01-{day:02}T18:00:00Z" for day in range(1, 16)],
]
CUSTOMERS = ["customer_id,segment", *(f"c{number},private" for number in range(3))]
# They say in which batch a row came, and what is superseded or a copy depends on that no more than these counts show.
BY_LOAD = {"quality.row_account", "quality.row_outcome", "quality.quarantine"}


def company(folder: Path) -> Path:
    helpdesk = source(folder, "helpdesk", {"customers": CUSTOMERS, "tickets": [TICKETS]})
    (folder / "helpdesk" / "tickets.csv").unlink()
    helpdesk["files"]["tickets"]["path"] = [str(folder / "helpdesk" / "tickets_*.csv")]
    return configuration(folder, [helpdesk])


def export(folder: Path, name: str, rows: list[str], number: int) -> None:
    at = datetime(2026, 7, 1 + number, tzinfo=UTC)
    write_csv(folder / "helpdesk" / f"tickets_{name}.csv", TICKETS, *rows, exported_at=at)


@pytest.mark.full
def test_overlapping_extracts_in_any_order_and_twice_and_late_give_the_same_marts(tmp_path: Path) -> None:
    found = {}
    # In order one a run; backwards one a run; all at once, with a file that comes twice under another name.
    for order in ([[0], [1], [2]], [[2], [1], [0]], [[0, 1, 2]]):
        # Brackets in a folder's name would be read as a pattern.
        folder = tmp_path / "then".join("and".join(map(str, numbers)) for numbers in order)
        config = company(folder)
        for arrived in order:
            for number in arrived:
                export(folder, str(number), EXPORTS[number], number)
            if len(arrived) > 1:
                export(folder, "1_again", EXPORTS[1], 1)
            assert careloop("run", config=config).returncode == 0
        found[str(order)] = {name: rows for name, rows in published(config).items() if name not in BY_LOAD}
    first, *others = found.values()
    assert len(first["core.fct_ticket"]) == 43
    for other in others:
        assert [table for table in first if first[table] != other.get(table)] == []


@pytest.mark.full
def test_a_month_of_nights_takes_no_more_disk_memory_nor_work_than_its_data(tmp_path: Path) -> None:
    config = company(tmp_path)
    config.write_text(config.read_text() + "kept_runs: 5\n")
    workspace, listing, peak = Workspace(tmp_path / "warehouse"), tmp_path / "points.txt", tmp_path / "peak.txt"
    grown = []
    for night in range(30):
        day = datetime(2026, 3, 1, 10, tzinfo=UTC) + timedelta(days=night)
        rows = [f"n{night}_{number},c1,{day:%Y-%m-%dT%H:%M:%SZ},email,Open," for number in range(40)]
        export(tmp_path, f"{night:02}", rows, night)
        with watched(config, {"list": str(listing), "peak": str(peak)}) as run:
            output = run.communicate()
        assert run.returncode == 0, output
        sizes = [
            path.lstat().st_size
            for path in workspace.folder.rglob("*")
            if path.is_file() and workspace.landing not in path.parents
        ]
        writes = len(listing.read_text().splitlines())
        grown.append((sum(sizes), len(sizes), int(peak.read_text()), writes))
    assert len(read_run_records(workspace)) == 5
    assert len(list(workspace.logs.iterdir())) == 5
    # From the time when three versions and five runs are kept, sizes only follow the 40 tickets of a night.
    (early_bytes, early_files, early_memory, early_writes), (late_bytes, late_files, late_memory, late_writes) = (
        grown[9],
        grown[-1],
    )
    assert late_files <= early_files + 5
    assert late_bytes < early_bytes * 1.25
    assert late_memory < early_memory * 1.25
    assert late_writes <= early_writes * 1.01
