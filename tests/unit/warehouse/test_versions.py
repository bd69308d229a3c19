from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dagster_project.warehouse import (
    AuditRefused,
    PublishError,
    Version,
    Workspace,
    abandon,
    connect,
    current,
    make_candidate,
    restore,
    versions,
)

Publish = Callable[[int], Version]
RunName = Callable[[int], str]


def number_read(workspace: Workspace) -> int:
    with duckdb.connect(str(workspace.folder / "careloop.duckdb"), read_only=True) as connection:
        (row,) = connection.execute("select number from core.version").fetchall()
    (exported,) = duckdb.sql(f"from '{workspace.folder}/export/core/version.parquet'").fetchall()
    assert exported == row
    assert (workspace.folder / "report" / "index.html").read_text() == f"version {row[0]}"
    return int(row[0])


def links(workspace: Workspace) -> list[Path]:
    return [(workspace.folder / name).readlink() for name in ("careloop.duckdb", "export", "report")]


def test_before_the_first_run_there_is_no_version(workspace: Workspace) -> None:
    assert versions(workspace) == []
    assert current(workspace) is None


def test_versions_are_listed_newest_first_with_the_current_marked(
    workspace: Workspace, publish_run: Publish, run_name: RunName
) -> None:
    for number in (1, 2):
        publish_run(number)
    found = versions(workspace)
    assert [(version.run, version.is_current) for version in found] == [(run_name(2), True), (run_name(1), False)]
    assert all(version.record.published_at for version in found)
    assert current(workspace) == found[0]


def test_exactly_three_versions_are_kept_whole_and_nothing_else_of_ours(
    workspace: Workspace, publish_run: Publish, run_name: RunName
) -> None:
    for number in (1, 2, 3, 4, 5):
        publish_run(number)
    expected = {
        name
        for run in map(run_name, (3, 4, 5))
        for name in (f"careloop-{run}.duckdb", f"careloop-{run}.json", f"export-{run}", f"report-{run}")
    }
    assert {path.name for path in workspace.published.iterdir()} == expected


def test_files_of_other_people_are_left_alone(workspace: Workspace, publish_run: Publish) -> None:
    workspace.published.mkdir(exist_ok=True)
    others = [workspace.published / name for name in ("careloop-backup.duckdb", "notes.json", ".keep", "export-mine")]
    for other in others:
        other.write_text("mine")
    for number in (1, 2, 3, 4):
        publish_run(number)
    assert [other.read_text() for other in others] == ["mine"] * 4


def test_what_killed_runs_left_is_swept(workspace: Workspace, publish_run: Publish, run_name: RunName) -> None:
    run = run_name(1)
    leftovers = [
        workspace.published / f".careloop-{run}.duckdb",
        workspace.published / f".careloop-{run}.duckdb.wal",
        workspace.published / f".careloop-{run}.json.part",
        workspace.published / f"careloop-{run}.json",  # of a run that was refused
        workspace.runs / f".{run}.json.part",
    ]
    for leftover in leftovers:
        leftover.write_text("left")
    for folder in (f".export-{run}", f"export-{run}", f".report-{run}", f"report-{run}"):
        (workspace.published / folder / "core").mkdir(parents=True)
        (workspace.published / folder / "core" / "t.parquet").write_text("left")
    publish_run(2)
    assert {path.name.split("-", 1)[1][:16] for path in workspace.published.iterdir()} == {run_name(2)[:16]}
    assert list(workspace.runs.iterdir()) == []


def test_restore_goes_back_one_version_and_forward_by_name(
    workspace: Workspace, publish_run: Publish, run_name: RunName
) -> None:
    for number in (1, 2, 3):
        publish_run(number)
    restored = restore(workspace)
    assert (restored.run, restored.is_current) == (run_name(2), True)
    assert number_read(workspace) == 2
    restore(workspace)
    assert number_read(workspace) == 1
    restore(workspace, run_name(3))
    assert number_read(workspace) == 3
    assert len(versions(workspace)) == 3


def test_after_a_restore_the_next_run_is_published_as_usual(
    workspace: Workspace, publish_run: Publish, run_name: RunName
) -> None:
    for number in (1, 2, 3):
        publish_run(number)
    restore(workspace, run_name(1))
    publish_run(4)
    assert number_read(workspace) == 4
    assert [version.run for version in versions(workspace)] == [run_name(4), run_name(3), run_name(2)]


def test_the_current_version_is_not_pruned_though_three_newer_ones_are_kept(
    workspace: Workspace, publish_run: Publish, run_name: RunName
) -> None:
    # So it is after the clock went back: the newest version has the oldest name.
    for number in (2, 3, 4, 1):
        publish_run(number)
    make_candidate(workspace, run_name(5))
    assert number_read(workspace) == 1
    assert len(versions(workspace)) == 4
    publish_run(5)
    assert [version.run for version in versions(workspace)] == [run_name(5), run_name(4), run_name(3)]


def test_restoring_from_the_oldest_version_says_what_is_kept(
    workspace: Workspace, publish_run: Publish, run_name: RunName
) -> None:
    publish_run(1)
    with pytest.raises(PublishError, match=f"no version before the current one; kept: {run_name(1)}"):
        restore(workspace)


def test_restoring_an_unknown_version_says_what_is_kept(
    workspace: Workspace, publish_run: Publish, run_name: RunName
) -> None:
    publish_run(1)
    before = links(workspace)
    with pytest.raises(PublishError, match=f"no version 'yesterday'; kept: {run_name(1)}"):
        restore(workspace, "yesterday")
    assert links(workspace) == before


def test_restoring_without_any_version_is_an_error(workspace: Workspace) -> None:
    with pytest.raises(PublishError, match="kept: none"):
        restore(workspace)


def flip(version: Version) -> None:
    content = bytearray(version.file.read_bytes())
    content[-5000] ^= 1
    version.file.write_bytes(content)


def write_to(version: Version) -> None:
    version.file.with_name(f"{version.file.name}.wal").touch()


def remove_export(version: Version) -> None:
    shutil.rmtree(version.export)


def remove_report(version: Version) -> None:
    shutil.rmtree(version.report)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (flip, "content hash is"),
        (write_to, "somebody wrote to this version"),
        (remove_export, "exports are missing"),
        (remove_report, "pages are missing"),
    ],
)
def test_a_version_that_is_not_as_it_was_audited_is_not_restored(
    workspace: Workspace, publish_run: Publish, damage: Callable[[Version], None], said: str
) -> None:
    damaged = publish_run(1)
    publish_run(2)
    damage(damaged)
    before = links(workspace)
    with pytest.raises(AuditRefused, match=said):
        restore(workspace)
    assert links(workspace) == before
    assert number_read(workspace) == 2


def test_a_removed_link_is_put_back_by_a_restore(workspace: Workspace, publish_run: Publish) -> None:
    publish_run(1)
    publish_run(2)
    workspace.database_link.unlink()
    assert current(workspace) is None
    restore(workspace)
    assert number_read(workspace) == 2


def test_the_links_are_relative_so_that_the_workspace_can_move(workspace: Workspace, publish_run: Publish) -> None:
    publish_run(1)
    moved = Workspace(workspace.folder.rename(workspace.folder.with_name("moved")))
    assert number_read(moved) == 1
    assert [version.is_current for version in versions(moved)] == [True]


def test_an_unreadable_record_is_named(workspace: Workspace, publish_run: Publish, run_name: RunName) -> None:
    publish_run(1)
    workspace.audit_file(run_name(1)).write_text('{"run": 1}')
    with pytest.raises(PublishError, match=rf"careloop-{run_name(1)}\.json: not an audit record"):
        versions(workspace)


def test_a_file_where_a_link_goes_is_never_overwritten(workspace: Workspace, publish_run: Publish) -> None:
    workspace.export_link.mkdir()
    (workspace.export_link / "precious").write_text("mine")
    with pytest.raises(PublishError, match="export: expected a link"):
        publish_run(1)
    assert (workspace.export_link / "precious").read_text() == "mine"
    assert not workspace.database_link.exists()


def test_what_a_run_makes_and_does_not_publish_is_removed_at_once(
    workspace: Workspace, publish_run: Publish, run_name: RunName
) -> None:
    publish_run(1)
    before = sorted(workspace.published.rglob("*"))
    make_candidate(workspace, run_name(2))
    workspace.export_folder(run_name(2)).mkdir()
    assert sorted(workspace.published.rglob("*")) != before
    abandon(workspace, run_name(2))
    assert sorted(workspace.published.rglob("*")) == before
    assert number_read(workspace) == 1


def test_that_it_cannot_be_removed_is_told_and_hides_nothing(
    workspace: Workspace, publish_run: Publish, run_name: RunName, caplog: pytest.LogCaptureFixture
) -> None:
    make_candidate(workspace, run_name(1))
    workspace.export_link.mkdir()
    abandon(workspace, run_name(1))
    assert f"what run {run_name(1)} made is left for the next run to remove" in caplog.text
    workspace.export_link.rmdir()
    publish_run(2)
    assert list(workspace.published.glob(".*")) == []


def test_a_reader_in_flight_keeps_its_version_while_newer_ones_are_published(
    workspace: Workspace, publish_run: Publish
) -> None:
    publish_run(1)
    with duckdb.connect(str(workspace.database_link), read_only=True) as reader:
        for number in (2, 3, 4, 5):
            publish_run(number)
        assert reader.execute("select number from core.version").fetchall() == [(1,)]
        # A new connection of the same process is on the new version, although the old one is open.
        assert number_read(workspace) == 5


def test_a_build_in_progress_does_not_hinder_listing(workspace: Workspace, publish_run: Publish) -> None:
    publish_run(1)
    with connect(workspace):
        assert len(versions(workspace)) == 1


def test_paths_outside_the_published_folder_are_nobodys_current_version(
    workspace: Workspace, publish_run: Publish, tmp_path: Path
) -> None:
    version = publish_run(1)
    elsewhere = tmp_path / version.file.name
    elsewhere.write_bytes(version.file.read_bytes())
    workspace.database_link.unlink()
    workspace.database_link.symlink_to(elsewhere)
    assert current(workspace) is None
