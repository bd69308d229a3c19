"""Damaged files: a flipped bit, a cut end or a foreign write-ahead log in the build file never reaches a reader."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dagster_project.warehouse import (
    BuildFileError,
    PublishError,
    Version,
    Workspace,
    audit,
    connect,
    make_candidate,
    publish,
    versions,
)
from tests.gate_results import LAYERS, PASSED

RUN = "20260701T040002Z-ab12cd34"
BLOCK_BYTES = 256 * 1024


def next_version(workspace: Workspace, full_build: str | None = None) -> Version:
    """What the end of a run does."""
    candidate = make_candidate(workspace, RUN, full_build=full_build)
    record = audit(workspace, candidate, run=RUN, suites_sha256="suites", gate_results=PASSED, required_layers=LAYERS)
    return publish(workspace, record, run=RUN, suites_sha256="suites", make_pages=lambda _: {})


def rows_of(file: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return [
            row
            for table in ("core.fct_ticket", "core.numbers", "kpi.tickets_by_channel")
            for row in connection.execute(f"from {table} order by all").fetchall()
        ]


@pytest.fixture
def published(workspace: Workspace, publish_run: Callable[..., Version]) -> Workspace:
    """A workspace with a version and, in the build file, what would be the next one."""
    with connect(workspace) as connection:
        connection.execute("create table core.numbers as select i, md5(i::varchar) as text from range(20000) as t (i)")
    publish_run(1, full_build="5f")
    return workspace


@pytest.mark.parametrize("full_build", ["5f", "another"], ids=["begun with the version before", "from nothing"])
def test_a_flipped_bit_anywhere_in_the_build_file_is_refused_or_harmless(
    published: Workspace, tmp_path: Path, full_build: str
) -> None:
    sound = published.build_file.read_bytes()
    expected = rows_of(published.version_file(versions(published)[0].run))
    refused = 0
    for offset in range(64, len(sound), BLOCK_BYTES // 2):
        workspace = Workspace(tmp_path / f"at {offset}", published.memory_limit)
        shutil.copytree(published.folder, workspace.folder, symlinks=True)
        content = bytearray(sound)
        content[offset] ^= 0x10
        workspace.build_file.write_bytes(content)
        try:
            version = next_version(workspace, full_build)
        except (BuildFileError, PublishError):
            refused += 1
            assert rows_of(workspace.database_link) == expected
            assert [it.run for it in versions(workspace)] == [it.run for it in versions(published)]
        else:
            assert rows_of(version.file) == expected  # the bit was in no block that anything reads
        shutil.rmtree(workspace.folder)
    assert refused > 3


@pytest.mark.parametrize("kept", [0, 4096, 0.5, 0.99])
def test_a_truncated_build_file_is_refused(published: Workspace, kept: float) -> None:
    sound = published.build_file.read_bytes()
    published.build_file.write_bytes(sound[: int(kept if kept > 1 else len(sound) * kept)])
    with pytest.raises(BuildFileError, match="--full-refresh"):
        next_version(published)
    assert len(rows_of(published.database_link)) == 20_006


def test_the_write_ahead_log_of_another_database_is_refused(published: Workspace, tmp_path: Path) -> None:
    other = tmp_path / "other.duckdb"
    connection = duckdb.connect(str(other))
    connection.execute("create schema core; create table core.fct_ticket (ticket_id integer, channel varchar)")
    connection.execute("checkpoint; insert into core.fct_ticket values (4, 'forged')")
    wal = other.with_name("other.duckdb.wal").read_bytes()
    connection.close()
    assert wal
    published.build_file.with_name("build.duckdb.wal").write_bytes(wal)
    with pytest.raises(BuildFileError, match="--full-refresh"):
        next_version(published)
    assert len(rows_of(published.database_link)) == 20_006


def test_a_bit_that_flips_in_the_published_version_is_found_by_a_check(published: Workspace) -> None:
    from dagster_project.checks import damaged_versions

    assert damaged_versions(published) == []
    file = versions(published)[0].file
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    (found,) = damaged_versions(published)
    assert file.name in found
    assert "restore another version" in found
