from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dagster_project.warehouse import (
    BuildFileError,
    Version,
    Workspace,
    WorkspaceBusy,
    connect,
    discard_build,
    engine_settings,
)


@pytest.fixture
def empty(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path / "it's a warehouse", memory_limit="200MB")
    workspace.create()
    return workspace


@pytest.mark.parametrize("read_only", [False, True])
def test_every_connection_has_the_settings_of_the_house(empty: Workspace, read_only: bool) -> None:
    connect(empty).close()
    with connect(empty, read_only=read_only) as connection:
        settings = dict(connection.execute("select name, value from duckdb_settings()").fetchall())
    assert settings["TimeZone"] == "UTC"
    assert settings["memory_limit"] == "190.7 MiB"  # 200 MB
    assert settings["threads"] == "1"
    assert settings["temp_directory"] == str(empty.folder / "tmp")
    assert settings["max_temp_directory_size"] == "18.6 GiB"  # 20 GB
    assert settings["preserve_insertion_order"] == "false"
    assert settings["autoinstall_known_extensions"] == "false"
    assert settings["autoload_known_extensions"] == "false"


@pytest.mark.parametrize(
    ("memory_limit", "processors", "threads"),
    [("100MB", 8, 1), ("1GB", 8, 1), ("1.1GB", 8, 2), ("3GB", 8, 5), ("3GB", 2, 2), ("12GB", 8, 8)],
)
def test_a_build_has_as_many_threads_as_there_are_processors_and_memory_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory_limit: str, processors: int, threads: int
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: processors)
    assert engine_settings(Workspace(tmp_path, memory_limit=memory_limit))["threads"] == str(threads)


def test_a_second_connection_of_the_process_opens_after_the_first_one_spilled(empty: Workspace) -> None:
    # DuckDB refuses to set a temporary folder that is in use, even to the same folder.
    with connect(empty) as first:
        first.execute("set memory_limit = '25MB'; set threads = 1")
        first.execute("create table big as select md5(i::varchar) as key from range(600_000) as t (i) order by key")
        assert list(empty.tmp.iterdir())
        with connect(empty) as second:
            assert second.execute("select count(*) from big").fetchall() == [(600_000,)]
    assert list(empty.tmp.iterdir()) == []


def test_what_does_not_fit_into_memory_goes_to_the_folder_that_is_named_up_to_its_limit(tmp_path: Path) -> None:
    fast_disk = tmp_path / "a fast disk"
    workspace = Workspace(tmp_path / "warehouse", spill_folder=fast_disk, spill_limit="30MB")
    workspace.create()
    assert (fast_disk / "tmp").stat().st_mode & 0o777 == 0o700
    with connect(workspace) as connection:
        connection.execute("set memory_limit = '25MB'; set threads = 1")
        keys = "create table {} as select md5(i::varchar) as key from range({}) as t (i) order by key"
        connection.execute(keys.format("big", 600_000))
        assert list((fast_disk / "tmp").iterdir())
        with pytest.raises(duckdb.OutOfMemoryException, match="max_temp_directory_size"):
            connection.execute(keys.format("too_big", 6_000_000))


def test_a_relative_workspace_stays_where_it_was_when_the_process_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    workspace = Workspace(Path("warehouse"))
    monkeypatch.chdir("/")
    assert workspace.build_file == tmp_path / "warehouse" / "build.duckdb"


def test_folders_and_build_file_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o000)
    try:
        workspace = Workspace(tmp_path / "warehouse")
        workspace.create()
        connect(workspace).close()
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in [workspace.folder, *workspace.folder.iterdir()]}
    names = {"warehouse", "landing", "published", "runs", "logs", "dagster", "dbt", "tmp", "cache"}
    assert modes == {**dict.fromkeys(names, 0o700), "build.duckdb": 0o600}


@pytest.mark.parametrize("content", [b"", b"not a database", b"x" * 50_000])
def test_a_file_that_is_no_database_says_how_to_rebuild_it(empty: Workspace, content: bytes) -> None:
    empty.build_file.write_bytes(content)
    with pytest.raises(BuildFileError, match=r"build\.duckdb: .*`careloop run --full-refresh`"):
        connect(empty)
    assert empty.build_file.read_bytes() == content


def test_a_truncated_build_file_says_how_to_rebuild_it(workspace: Workspace) -> None:
    os.truncate(workspace.build_file, 3 * 4096)  # a run killed while it first wrote: headers, no catalog yet
    with pytest.raises(BuildFileError, match="--full-refresh"):
        connect(workspace)


def test_a_build_file_of_a_newer_duckdb_says_how_to_rebuild_it(workspace: Workspace) -> None:
    # The storage version is the 64-bit number after checksum and magic bytes.
    content = bytearray(workspace.build_file.read_bytes())
    content[12:20] = (9_999).to_bytes(8, "little")
    workspace.build_file.write_bytes(content)
    with pytest.raises(BuildFileError, match="--full-refresh"):
        connect(workspace)


def test_discarding_makes_way_for_a_new_build_and_leaves_the_published_version(
    workspace: Workspace, publish_run: Callable[[int], Version]
) -> None:
    version = publish_run(1)
    workspace.build_file.write_bytes(b"damaged")
    wal = workspace.build_file.with_name("build.duckdb.wal")
    wal.write_bytes(b"damaged too")
    (workspace.spark / "core.db").mkdir(parents=True)
    discard_build(workspace)
    assert not wal.exists()
    assert not workspace.spark.exists()
    with connect(workspace) as connection:
        assert connection.execute("select count(*) from duckdb_tables()").fetchall() == [(0,)]
    assert version.file.exists()


def test_reading_a_build_file_that_is_not_there_says_what_makes_it(empty: Workspace) -> None:
    with pytest.raises(BuildFileError, match="no build file yet; `careloop run` makes it"):
        connect(empty, read_only=True)
    assert not empty.build_file.exists()


def test_a_build_file_open_in_another_program_is_busy_not_damaged(workspace: Workspace) -> None:
    script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(workspace.build_file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(WorkspaceBusy, match=f"PID {process.pid}"):
            connect(workspace)
        process.kill()


def test_a_build_file_open_in_this_process_with_other_settings_says_to_close_that_first(workspace: Workspace) -> None:
    with (
        duckdb.connect(str(workspace.build_file), config={"threads": "1"}),
        pytest.raises(BuildFileError, match="close_all_connections"),
    ):
        connect(workspace)
