"""What is published: whole, private, compressed, without people, and no table twice."""

from __future__ import annotations

import shutil
import subprocess

import duckdb

from dagster_project.warehouse import (
    Workspace,
    connect,
)
from tests.integration.publishing.numbered import (
    CANARY,
    build,
    numbers_read,
    publish_number,
)


def test_personal_data_is_in_no_published_file(workspace: Workspace) -> None:
    version = publish_number(workspace, 1)
    assert CANARY.encode() in workspace.build_file.read_bytes()
    files = [path for path in [version.file, *version.export.rglob("*.parquet")] if path.is_file()]
    assert len(files) == 3
    assert not any(CANARY.encode() in path.read_bytes() for path in files)
    # Compressed text would not be found by its bytes: every value of every export is looked at, too.
    for path in files[1:]:
        assert duckdb.sql(f"from '{path}' as t where t::varchar like '%{CANARY}%'").fetchall() == []


def test_exports_hold_what_the_database_holds_compressed_and_the_same_bytes_for_the_same_data(
    workspace: Workspace,
) -> None:
    build(workspace, 1)
    with connect(workspace) as connection:
        # Too many rows to be sorted, and several row groups that threads write at once.
        connection.execute("create table core.big as select i, hash(i) as value from range(900_000) as t (i)")
    elsewhere = Workspace(workspace.folder.with_name("elsewhere"), memory_limit="500MB")
    shutil.copytree(workspace.folder, elsewhere.folder)
    first, second = publish_number(workspace, 1), publish_number(elsewhere, 1)
    exported = {path.relative_to(second.export): path for path in second.export.rglob("*.parquet")}
    assert {str(name) for name in exported} == {"core/big.parquet", "core/version.parquet", "kpi/version.parquet"}
    for name, path in exported.items():
        assert path.read_bytes() == (first.export / name).read_bytes()
        assert duckdb.sql(f"select distinct compression from parquet_metadata('{path}')").fetchall() == [("ZSTD",)]
        with duckdb.connect(str(second.file), read_only=True) as connection:
            (different,) = connection.execute(
                f"""
                select count(*) from (
                    (from {name.parent}.{name.stem} except all from '{path}')
                    union all (from '{path}' except all from {name.parent}.{name.stem})
                )
                """
            ).fetchall()
        assert different == (0,)


def test_a_table_that_is_as_it_was_shares_its_file_with_the_version_before(workspace: Workspace) -> None:
    build(workspace, 1)
    with connect(workspace) as connection:
        connection.execute("create table core.still as select i, hash(i) as value from range(1000) as t (i)")
    versions = [publish_number(workspace, 1), publish_number(workspace, 2)]
    still = [version.export / "core" / "still.parquet" for version in versions]
    moved = [version.export / "core" / "version.parquet" for version in versions]
    assert still[0].samefile(still[1])
    assert not moved[0].samefile(moved[1])
    assert numbers_read(workspace) == (2, 2)
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=versions[1].export, check=True)
    # One value of a thousand, and a file that is not what was written.
    with connect(workspace) as connection:
        connection.execute("update core.still set value = 7 where i = 500")
    versions += [publish_number(workspace, 3)]
    changed = versions[2].export / "core" / "still.parquet"
    assert duckdb.sql(f"select value from '{changed}' where i = 500").fetchall() == [(7,)]
    changed.write_bytes(changed.read_bytes()[:-1] + b"?")
    mended = publish_number(workspace, 4).export / "core" / "still.parquet"
    assert duckdb.sql(f"select value from '{mended}' where i = 500").fetchall() == [(7,)]


def test_everything_in_the_workspace_is_private(workspace: Workspace) -> None:
    publish_number(workspace, 1)
    for path in [workspace.folder, *workspace.folder.rglob("*")]:
        if not path.is_symlink():
            expected = 0o700 if path.is_dir() else 0o600
            assert path.stat().st_mode & 0o777 == expected, path
