"""What readers see while versions follow each other, and while another run holds the workspace."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_project.warehouse import (
    Workspace,
    WorkspaceBusy,
    make_candidate,
    publish,
    restore,
)
from tests.integration.publishing.numbered import (
    SUITES,
    audited,
    numbers_read,
    pages,
    publish_number,
    publish_ready_made,
    run_name,
    snapshot,
)

READER = """
import json, sys, time
from pathlib import Path
import duckdb
folder, stop = Path(sys.argv[1]), Path(sys.argv[2])
both = "select min(number), max(number) from (select number from {} union all select number from {})"
database, export, torn, errors = [], [], 0, []
while not stop.exists():
    try:
        with duckdb.connect(str(folder / "careloop.duckdb"), read_only=True) as connection:
            ((low, high),) = connection.execute(both.format("core.version", "kpi.version")).fetchall()
        torn += low != high
        database.append(high)
        files = (folder / "export").resolve()
        ((low, high),) = duckdb.sql(both.format(f"'{files}/core/*.parquet'", f"'{files}/kpi/*.parquet'")).fetchall()
        torn += low != high
        export.append(high)
    except Exception as error:
        errors.append(repr(error))
    time.sleep(0.005)  # leaves the writer some of the machine
print(json.dumps({"database": database, "export": export, "torn": torn, "errors": errors}))
"""


@pytest.mark.parametrize("publications", [20, pytest.param(100, marks=pytest.mark.full)])
def test_readers_see_one_version_at_a_time_and_never_an_error_nor_an_older_one(
    workspace: Workspace, tmp_path: Path, publications: int
) -> None:
    publish_number(workspace, 1)
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", READER, str(workspace.folder), str(stop)]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        for number in range(2, publications + 2):
            publish_ready_made(workspace, number)
    finally:
        stop.touch()
        seen = [json.loads(reader.communicate()[0]) for reader in readers]
    for reader in seen:
        assert reader["errors"] == []
        assert reader["torn"] == 0
        for kind in ("database", "export"):
            assert reader[kind] == sorted(reader[kind])
            assert len(set(reader[kind])) > 5  # else the reader did not live through the swaps


def test_nothing_is_made_audited_published_or_restored_while_another_run_holds_the_workspace(
    workspace: Workspace,
) -> None:
    publish_number(workspace, 1)
    publish_number(workspace, 2)
    record = audited(workspace, 3)
    before = snapshot(workspace.folder)
    script = (
        "import sys; from pathlib import Path; from dagster_project.warehouse import Workspace\n"
        "with Workspace(Path(sys.argv[1])).lock('other run'): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(workspace.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        for action in (
            lambda: make_candidate(workspace, run_name(4)),
            lambda: publish(workspace, record, run=run_name(3), suites_sha256=SUITES, make_pages=pages),
            lambda: restore(workspace),
        ):
            with pytest.raises(WorkspaceBusy, match="held by other run"):
                action()
        other.kill()
    after = snapshot(workspace.folder)
    assert {name: state for name, state in after.items() if name != "run.lock"} == {
        name: state for name, state in before.items() if name != "run.lock"
    }
    publish(workspace, record, run=run_name(3), suites_sha256=SUITES, make_pages=pages)
    assert numbers_read(workspace) == (3, 3)
