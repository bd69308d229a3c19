"""Tables that a build left as folders: published beside the file when all of them is there, else nothing is."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from dagster_project.checks import damaged_versions
from dagster_project.warehouse import (
    AuditRefused,
    Version,
    Workspace,
    audit,
    connect,
    current,
    make_candidate,
    publish,
    restore,
    verify,
)
from tests.gate_results import LAYERS, PASSED

RUN = "20260701T040059Z-ab12cd34"


@pytest.fixture
def folder(workspace: Workspace) -> Path:
    """A table of five rows in two files, as Spark leaves it."""
    folder = workspace.spark / "core.db" / "fct_large"
    folder.mkdir(parents=True)
    with connect(workspace) as connection:
        for number, rows in (("0", 3), ("1", 2)):
            file = folder / f"part-{number}.parquet"
            connection.execute(f"copy (select range as key from range({rows})) to '{file}' (format parquet)")
    (folder / "_SUCCESS").touch()
    return folder


def published(workspace: Workspace, folder: Path, name: str = "core.fct_large") -> Version:
    candidate, large = make_candidate(workspace, RUN), {name: folder}
    stated = {"suites_sha256": "suites", "large_tables": large}
    record = audit(workspace, candidate, run=RUN, gate_results=PASSED, required_layers=LAYERS, **stated)
    pages = {"index.html": "", "review.html": ""}
    return publish(workspace, record, run=RUN, make_pages=lambda _: pages, **stated)


def test_a_large_table_is_published_where_another_tables_file_would_be(workspace: Workspace, folder: Path) -> None:
    version = published(workspace, folder)
    assert version.record.large_tables == {"core.fct_large": 5}
    assert len(pd.read_parquet(workspace.export_link / "core" / "fct_large.parquet")) == 5
    assert len(pd.read_parquet(workspace.export_link / "core" / "fct_ticket.parquet")) > 0


def test_publishing_copies_nothing_and_the_build_keeps_its_table(workspace: Workspace, folder: Path) -> None:
    version = published(workspace, folder)
    exported = version.export / "core" / "fct_large.parquet"
    assert sorted(file.name for file in exported.iterdir()) == ["part-0.parquet", "part-1.parquet"]
    assert all((exported / file.name).samefile(file) for file in folder.glob("*.parquet"))
    # What the next build does with its table is no reader's business.
    shutil.rmtree(folder)
    assert len(pd.read_parquet(exported)) == 5


def test_the_hashes_of_the_exports_cover_a_large_tables_files(workspace: Workspace, folder: Path) -> None:
    version = published(workspace, folder)
    listed = [line.split("  ")[1] for line in (version.export / "SHA256SUMS").read_text().splitlines()]
    assert [name for name in listed if "large" in name] == [
        f"core/fct_large.parquet/part-{number}.parquet" for number in (0, 1)
    ]
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=version.export, check=True)


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_version_with_a_damaged_large_table_is_told_and_not_restored(
    workspace: Workspace, folder: Path, publish_run: Callable[[int], Version], damage: str
) -> None:
    before = published(workspace, folder)
    after = publish_run(60)
    verify(before)
    file = before.export / "core" / "fct_large.parquet" / "part-1.parquet"
    if damage == "changed":
        content = file.read_bytes()
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    else:
        file.unlink()
    with pytest.raises(AuditRefused, match=f"{file}: content hash is .*restore another version"):
        restore(workspace)
    assert current(workspace) == after
    assert [told for told in damaged_versions(workspace) if str(file) in told]


def test_the_version_before_keeps_its_own(
    workspace: Workspace, folder: Path, publish_run: Callable[[int], Version]
) -> None:
    before = published(workspace, folder)
    after = publish_run(60)
    assert after.is_current
    assert len(pd.read_parquet(before.export / "core" / "fct_large.parquet")) == 5


@pytest.mark.parametrize(
    ("name", "unfinished", "found"),
    [
        ("core.fct_large", True, "has no _SUCCESS"),
        ("personal.names", False, "personal.names is not to be published; allowed schemas are core"),
    ],
)
def test_what_is_not_whole_or_not_for_readers_stops_the_whole_version(
    workspace: Workspace,
    folder: Path,
    publish_run: Callable[[int], Version],
    name: str,
    unfinished: bool,
    found: str,
) -> None:
    before = publish_run(1)
    if unfinished:
        (folder / "_SUCCESS").unlink()
    with pytest.raises(AuditRefused, match=found):
        published(workspace, folder, name)
    assert current(workspace) == before
    assert folder.exists()
