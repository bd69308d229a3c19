"""Publishing with real files: readers, kills, tampering. Every version holds its number in two tables."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.report import ReportError
from dagster_project.warehouse import (
    AuditRecord,
    AuditRefused,
    PublishError,
    Version,
    Workspace,
    WorkspaceBusy,
    audit,
    connect,
    make_candidate,
    publish,
    restore,
    versions,
)
from dagster_project.warehouse.records import write_audit_record
from dagster_project.warehouse.versions import settle

SUITES = "5a1f"
CANARY = "Zebedee Quillfeather"


@dataclass(frozen=True)
class Gate:
    layer: str
    outcome: str = "passed"
    severity: str = "critical"
    table: str = "some_table"
    check: str = "some_check"


GATES = [Gate("staging"), Gate("core"), Gate("kpi")]


def run_name(number: int) -> str:
    return f"20260701T04{number // 60:02d}{number % 60:02d}Z-ab12cd34"


def build(workspace: Workspace, number: int) -> None:
    with connect(workspace) as connection:
        connection.execute(
            f"""
            create schema if not exists core;
            create schema if not exists kpi;
            create schema if not exists personal;
            create or replace table core.version as select {number} as number, i from range(3000) as t (i);
            create or replace table kpi.version as select {number} as number, i from range(3000) as t (i);
            create or replace table personal.customer as select '{CANARY} ' || i as name from range(100) as t (i);
            """
        )


def audited(workspace: Workspace, number: int, gates: list[Gate] = GATES) -> AuditRecord:
    build(workspace, number)
    return audit(
        workspace,
        make_candidate(workspace, run_name(number)),
        run=run_name(number),
        suites_sha256=SUITES,
        gate_results=gates,
        required_layers=("staging", "core", "kpi"),
    )


def pages(version: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Stand in for the report: one page that holds the version's number."""
    (row,) = version.execute("select distinct number from core.version").fetchall()
    return {"index.html": f"version {row[0]}"}


def publish_number(workspace: Workspace, number: int) -> Version:
    return publish(workspace, audited(workspace, number), run=run_name(number), suites_sha256=SUITES, make_pages=pages)


def publish_ready_made(workspace: Workspace, number: int) -> None:
    """Publish a candidate made without build file and audit, so that swaps follow each other fast."""
    candidate = workspace.candidate_file(run_name(number))
    with duckdb.connect() as connection:
        connection.execute(f"attach '{candidate}' as made (storage_version 'v1.5.0')")
        for schema in ("core", "kpi"):
            connection.execute(f"create schema made.{schema}")
            connection.execute(f"create table made.{schema}.version as select {number} as number from range(3000)")
        connection.execute("detach made")
    record = AuditRecord(
        run=run_name(number),
        file_name=workspace.version_file(run_name(number)).name,
        sha256=hashlib.sha256(candidate.read_bytes()).hexdigest(),
        size_bytes=candidate.stat().st_size,
        suites_sha256=SUITES,
        duckdb_version=duckdb.__version__,
        tables=(),
        gates_passed=1,
        gates_failed=0,
        gates_warned=0,
        passed=True,
        refusals=(),
    )
    write_audit_record(workspace, record)
    publish(workspace, record, run=run_name(number), suites_sha256=SUITES, make_pages=pages)


def numbers_read(workspace: Workspace) -> tuple[int, int]:
    """The version that the database link shows, and the one the export link shows; each must be of one piece."""
    both = "select distinct number from (select number from {0} union all select number from {1})"
    with duckdb.connect(str(workspace.folder / "careloop.duckdb"), read_only=True) as connection:
        ((in_database,),) = connection.execute(both.format("core.version", "kpi.version")).fetchall()
    files = [f"'{workspace.folder}/export/{schema}/version.parquet'" for schema in ("core", "kpi")]
    ((in_export,),) = duckdb.sql(both.format(*files)).fetchall()
    return in_database, in_export


def snapshot(folder: Path) -> dict[str, str]:
    """Every file's content and mode, every link's target."""
    return {
        str(path.relative_to(folder)): str(path.readlink())
        if path.is_symlink()
        else f"{path.stat().st_mode:o} " + (hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
        for path in folder.rglob("*")
    }


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path / "warehouse", memory_limit="500MB")
    workspace.create()
    return workspace


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


def flip_a_bit(workspace: Workspace) -> None:
    candidate = workspace.candidate_file(run_name(2))
    content = bytearray(candidate.read_bytes())
    content[len(content) // 2] ^= 1
    candidate.write_bytes(content)


def truncate(workspace: Workspace) -> None:
    candidate = workspace.candidate_file(run_name(2))
    candidate.write_bytes(candidate.read_bytes()[:-1])


def remove_candidate(workspace: Workspace) -> None:
    workspace.candidate_file(run_name(2)).unlink()


def write_to_candidate(workspace: Workspace) -> None:
    candidate = workspace.candidate_file(run_name(2))
    candidate.with_name(f"{candidate.name}.wal").write_bytes(b"changes")


def swap_for_another_sound_file(workspace: Workspace) -> None:
    shutil.copyfile(workspace.version_file(run_name(1)), workspace.candidate_file(run_name(2)))


def remove_record(workspace: Workspace) -> None:
    workspace.audit_file(run_name(2)).unlink()


def nothing(workspace: Workspace) -> None:
    """The files are left alone."""


@pytest.mark.parametrize(
    ("tamper", "stated", "said"),
    [
        (flip_a_bit, {}, "content hash of the file"),
        (truncate, {}, "content hash of the file"),
        (swap_for_another_sound_file, {}, "content hash of the file"),
        (remove_candidate, {}, "no candidate"),
        (write_to_candidate, {}, r"\.wal"),
        (remove_record, {}, "audit record on disk"),
        (nothing, {"suites_sha256": "0ther"}, "content hash of the suites"),
        (nothing, {"run": run_name(3)}, "no candidate"),
    ],
)
def test_what_was_not_audited_is_refused_and_nothing_changes(
    workspace: Workspace, tamper: Callable[[Workspace], None], stated: dict[str, Any], said: str
) -> None:
    publish_number(workspace, 1)
    record = audited(workspace, 2)
    tamper(workspace)
    before = snapshot(workspace.folder)
    with pytest.raises(AuditRefused, match=said):
        publish(workspace, record, **{"run": run_name(2), "suites_sha256": SUITES, "make_pages": pages, **stated})
    assert snapshot(workspace.folder) == before
    assert numbers_read(workspace) == (1, 1)


def test_the_record_of_another_run_is_refused(workspace: Workspace) -> None:
    first = publish_number(workspace, 1)
    audited(workspace, 2)
    before = snapshot(workspace.folder)
    with pytest.raises(AuditRefused, match="the run is not the audited one"):
        publish(workspace, first.record, run=run_name(2), suites_sha256=SUITES, make_pages=pages)
    assert snapshot(workspace.folder) == before


@pytest.mark.parametrize(
    "gates", [[], GATES[:2], [*GATES, Gate("core", "failed")], [*GATES, replace(GATES[0], outcome="error")]]
)
def test_a_failed_or_missing_gate_leaves_the_current_version_byte_for_byte(
    workspace: Workspace, gates: list[Gate]
) -> None:
    publish_number(workspace, 1)
    record = audited(workspace, 2, gates)
    before = snapshot(workspace.folder)
    with pytest.raises(AuditRefused, match="the audit did not pass"):
        publish(workspace, record, run=run_name(2), suites_sha256=SUITES, make_pages=pages)
    assert snapshot(workspace.folder) == before
    assert numbers_read(workspace) == (1, 1)


def test_a_file_that_takes_a_links_place_after_the_audit_is_not_overwritten(workspace: Workspace) -> None:
    record = audited(workspace, 1)
    workspace.database_link.write_text("mine")
    before = snapshot(workspace.folder)
    with pytest.raises(PublishError, match=r"careloop\.duckdb: expected a link"):
        publish(workspace, record, run=run_name(1), suites_sha256=SUITES, make_pages=pages)
    assert snapshot(workspace.folder) == before


def test_a_record_made_up_by_the_caller_is_refused(workspace: Workspace) -> None:
    publish_number(workspace, 1)
    refused = audited(workspace, 2, [])
    forged = refused.model_copy(update={"passed": True, "refusals": ()})
    before = snapshot(workspace.folder)
    with pytest.raises(AuditRefused, match="audit record on disk"):
        publish(workspace, forged, run=run_name(2), suites_sha256=SUITES, make_pages=pages)
    assert snapshot(workspace.folder) == before


def test_a_table_that_cannot_be_exported_stops_before_the_swap_and_leaves_nothing(workspace: Workspace) -> None:
    publish_number(workspace, 1)
    with connect(workspace) as connection:
        connection.execute('create table core."in/out" as select 1 as a')
    record = audited(workspace, 2)
    before = snapshot(workspace.folder)
    with pytest.raises(PublishError, match=r"core\.in/out cannot be exported"):
        publish(workspace, record, run=run_name(2), suites_sha256=SUITES, make_pages=pages)
    assert snapshot(workspace.folder) == before


def test_personal_data_is_in_no_published_file(workspace: Workspace) -> None:
    version = publish_number(workspace, 1)
    assert CANARY.encode() in workspace.build_file.read_bytes()
    files = [path for path in [version.file, *version.export.rglob("*.parquet")] if path.is_file()]
    assert len(files) == 3
    assert not any(CANARY.encode() in path.read_bytes() for path in files)
    # Compressed text would not be found by its bytes: every value of every export is looked at, too.
    for path in files[1:]:
        assert duckdb.sql(f"from '{path}' as t where t::varchar like '%{CANARY}%'").fetchall() == []


def test_a_page_that_cannot_be_made_stops_before_the_swap_and_leaves_nothing(workspace: Workspace) -> None:
    def failing(version: duckdb.DuckDBPyConnection) -> dict[str, str]:
        raise ReportError("section process: no page")

    publish_number(workspace, 1)
    record = audited(workspace, 2)
    before = snapshot(workspace.folder)
    with pytest.raises(ReportError, match="section process"):
        publish(workspace, record, run=run_name(2), suites_sha256=SUITES, make_pages=failing)
    assert snapshot(workspace.folder) == before
    assert numbers_read(workspace) == (1, 1)


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
