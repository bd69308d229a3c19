"""A full disk: the error says so, what is published stays, and with room again the next run works."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dagster_project.warehouse import PublishError, Version, Workspace, connect
from tests.companies import careloop, careloop_process
from tests.faults.test_damage import RUN, next_version
from tests.faults.test_killed import company, published
from tests.faults.test_refusals import content

MIB = 2**20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 400 MiB in memory."""
    folder = tmp_path / "small disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, leaving: int) -> Path:
    """Fill the file system but for some bytes."""
    ballast = folder / "ballast"
    free = shutil.disk_usage(folder).free
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free - leaving)
    return ballast


@pytest.mark.parametrize("full_build", ["5f", None], ids=["begun with the version before", "from nothing"])
@pytest.mark.parametrize("candidates", [0.5, 1], ids=["at the candidate", "at the exports"])
def test_a_disk_that_fills_up_before_publishing_leaves_what_is_published(
    small_disk: Path,
    workspace: Workspace,
    publish_run: Callable[..., Version],
    candidates: float,
    full_build: str | None,
) -> None:
    random = "create or replace table core.random as select md5(i::varchar) as text from range({}, {}) as t (i)"
    with connect(workspace) as connection:
        connection.execute(random.format(0, 200_000))
    size = publish_run(1, full_build=full_build).record.size_bytes
    crowded = Workspace(small_disk / "warehouse", workspace.memory_limit)
    shutil.copytree(workspace.folder, crowded.folder, symlinks=True)
    with connect(crowded) as connection:  # what did not change takes no room in the exports
        connection.execute(random.format(200_000, 400_000))
    before = content(crowded.published)
    ballast = fill(small_disk, int(candidates * (size + 2 * MIB)))
    with pytest.raises(PublishError, match="No space left on device"):
        next_version(crowded, full_build)
    assert content(crowded.published) == before
    ballast.unlink()
    assert next_version(crowded, full_build).run == RUN
    assert not list(crowded.published.glob(".*"))


@pytest.mark.full
def test_a_disk_that_fills_up_at_any_stage_stops_the_run_with_a_clean_error(small_disk: Path) -> None:
    config = company(small_disk)
    assert careloop("run", config=config).returncode == 0
    workspace = small_disk / "warehouse"
    before, expected = content(workspace / "published"), published(config)
    waiting = small_disk.parent / "waiting"
    tickets = small_disk / "helpdesk" / "tickets.csv"
    tickets.write_text(tickets.read_text().replace(",email,", ",phone,"))
    for stage in (".unfinished-", "create or replace view raw.", '"core"."fct_ticket', '"kpi"."kpi_value', ".export-"):
        plan = {"wait": stage, "waiting": str(waiting)}
        command = [sys.executable, "-m", "tests.faults.points", json.dumps(plan), str(workspace)]
        with careloop_process("run", config=config, command=command) as run:
            while not waiting.exists():
                assert run.poll() is None, run.communicate()
                time.sleep(0.1)
            ballast = fill(small_disk, 4096)
            waiting.unlink()
            _, errors = run.communicate()
        ballast.unlink()
        assert run.returncode == 1, (stage, errors)
        assert "Traceback" not in errors
        assert "space" in errors.lower()
        assert content(workspace / "published") == before
        assert published(config) == expected
    result = careloop("run", config=config)
    assert result.returncode == 0, result.stderr
    assert {row[8] for row in published(config)["core.fct_ticket"]} != {row[8] for row in expected["core.fct_ticket"]}
