"""A publication killed at each step."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_project.warehouse import (
    PublishError,
    Workspace,
    restore,
    versions,
)
from dagster_project.warehouse.versions import settle
from tests.integration.publishing.numbered import (
    SUITES,
    audited,
    numbers_read,
    publish_number,
    publish_ready_made,
    run_name,
)

# Forks one child per step: each works in a copy of its own and kills itself before its n-th change of the file system.
KILLED_AT_EACH_STEP = """
import os, shutil, signal, sys
from pathlib import Path
from dagster_project.warehouse import Workspace
from dagster_project.warehouse.records import read_audit_record
from dagster_project.warehouse.publish import publish
prepared, copies, run, suites = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
CHANGES = {"os.rename", "os.symlink", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "shutil.rmtree"}
step = 0
while True:
    child = os.fork()
    if child == 0:
        workspace = Workspace(copies / f"{step:03d}")
        shutil.copytree(prepared, workspace.folder, symlinks=True)
        remaining = step
        def count(event, arguments):
            global remaining
            if event in CHANGES:
                if remaining == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                remaining -= 1
        sys.addaudithook(count)
        pages = lambda _: {"index.html": "version 4"}
        publish(workspace, read_audit_record(workspace, run), run=run, suites_sha256=suites, make_pages=pages)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == 0:
        break
    assert status == -signal.SIGKILL, status
    step += 1
"""


def test_a_run_killed_at_any_step_leaves_a_whole_version_and_the_next_run_publishes(
    workspace: Workspace, tmp_path: Path
) -> None:
    for number in (1, 2, 3):
        publish_number(workspace, number)
    audited(workspace, 4)
    copies = tmp_path / "copies"
    copies.mkdir()
    arguments = [str(workspace.folder), str(copies), run_name(4), SUITES]
    subprocess.run([sys.executable, "-c", KILLED_AT_EACH_STEP, *arguments], check=True)

    found = []
    for folder in sorted(copies.iterdir()):
        killed = Workspace(folder, memory_limit="500MB")
        in_database, in_export = numbers_read(killed)
        found.append(in_database)
        assert (in_database, in_export) in {(3, 3), (4, 3), (4, 4)}  # the exports never run ahead
        (shown,) = [version for version in versions(killed) if version.is_current]
        assert shown.run == run_name(in_database)
        assert hashlib.sha256(shown.file.read_bytes()).hexdigest() == shown.record.sha256

        with killed.lock("next run"):
            settle(killed)  # as the next run does first
        assert numbers_read(killed) == (in_database, in_database)
        assert (killed.folder / "report" / "index.html").read_text() == f"version {in_database}"
        publish_ready_made(killed, 5)
        assert numbers_read(killed) == (5, 5)
        kept = [version.run for version in versions(killed)]
        assert kept[0] == run_name(5)
        # A run that died before its swap was not published, whatever it left.
        assert (run_name(4) in kept) == (in_database == 4)
        assert len(kept) == 3
        assert {path.name for path in killed.published.iterdir()} == {
            name
            for run in kept
            for name in (f"careloop-{run}.duckdb", f"careloop-{run}.json", f"export-{run}", f"report-{run}")
        }
        assert not list(killed.folder.glob(".*"))
    assert found == sorted(found)
    assert set(found) == {3, 4}


def test_a_restore_right_after_a_killed_swap_finds_both_links_right(workspace: Workspace) -> None:
    publish_number(workspace, 1)
    publish_number(workspace, 2)
    # As a kill between the two swaps leaves it: the database is new, the export still old.
    workspace.export_link.unlink()
    workspace.export_link.symlink_to(f"published/export-{run_name(1)}")
    with pytest.raises(PublishError, match="no version"):
        restore(workspace, run_name(9))
    assert numbers_read(workspace) == (2, 2)
