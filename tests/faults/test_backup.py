"""The backup of docs/operations.md, made and unpacked elsewhere, is whole: every version and every landed batch."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb

from dagster_project.config import PROJECT_ROOT
from dagster_project.landing import LandingZone
from dagster_project.warehouse import Version, Workspace, restore, verify, versions
from tests.conftest import Bench

COMMAND = re.compile(r"^tar --create.*?(?=^```)", re.MULTILINE | re.DOTALL)


def test_a_backup_unpacked_elsewhere_has_every_version_every_landed_batch_and_who_was_erased(
    workspace: Workspace, publish_run: Callable[[int], Version], bench: Bench, tmp_path: Path
) -> None:
    publish_run(1)
    publish_run(2)
    bench.put("teams.csv", "id,name\n1,Ann\n")
    bench.land("teams.csv")
    shutil.copytree(bench.zone.folder, workspace.landing, dirs_exist_ok=True)
    workspace.erasures_file.write_text("who was erased")
    (workspace.spark / "core.db").mkdir(parents=True)
    home, elsewhere = workspace.folder.parent, tmp_path / "elsewhere"
    (home / "careloop.yml").touch()
    (home / "seeds").mkdir()
    documented = COMMAND.search((PROJECT_ROOT / "docs" / "operations.md").read_text(encoding="utf-8"))
    assert documented is not None
    subprocess.run(documented[0], shell=True, check=True, cwd=home)
    shutil.rmtree(workspace.folder)
    elsewhere.mkdir()
    subprocess.run(["tar", "--extract", "--file", str(home / "careloop.tar")], check=True, cwd=elsewhere)

    restored = Workspace(elsewhere / "warehouse")
    assert len(versions(restored)) == 2
    for version in versions(restored):
        verify(version)
    (batch,) = LandingZone(restored.landing).batches("crm", "records")
    batch.verify()
    assert number_in(restored.database_link) == 2
    assert restored.erasures_file.read_text() == "who was erased"
    assert not restored.build_file.exists()
    # Of tables that a run was replacing meanwhile, some would be older than what vouches for them.
    assert not restored.spark.exists()
    assert number_in(restore(restored).file) == 1


def number_in(file: Path) -> int:
    with duckdb.connect(str(file), read_only=True) as connection:
        ((number,),) = connection.execute("select number from core.version").fetchall()
        return int(number)
