"""The published versions: which there are, which one readers get, going back and forth, and tidying up.

What belongs here: everything about versions once they exist. The link `careloop.duckdb` alone decides which version
is current; the links `export` and `report` follow it. Making and checking new versions is done before.
"""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dagster_project.warehouse.errors import AuditRefused, PublishError
from dagster_project.warehouse.files import TEMPORARY_SUFFIX, fsync, point, sha256, wal_of
from dagster_project.warehouse.hashes import read_hashes
from dagster_project.warehouse.records import AuditRecord, read_audit_record, write_audit_record
from dagster_project.warehouse.workspace import RUN_NAME, Workspace

log = logging.getLogger("careloop")

# Readers that resolved the link just before a swap still find their file; so does a restore.
KEPT_VERSIONS = 3


@dataclass(frozen=True)
class Version:
    """A published version: its database file, its Parquet files, its report, and its audit record."""

    run: str
    file: Path
    export: Path
    report: Path
    record: AuditRecord
    is_current: bool


def versions(workspace: Workspace) -> list[Version]:
    """All versions that were published and are still there, newest run first.

    Raises:
        PublishError: a record is not readable.
    """
    current_run = _current_run(workspace)
    found = []
    for run in sorted(_runs(workspace, "careloop-*.duckdb"), reverse=True):
        record = read_audit_record(workspace, run)
        # Without `published_at` it is what a run left that died just before the swap.
        if record is not None and (record.published_at or run == current_run):
            found.append(_version(workspace, run, record, is_current=run == current_run))
    return found


def current(workspace: Workspace) -> Version | None:
    """Return the version that readers get, if there is one."""
    return next((version for version in versions(workspace) if version.is_current), None)


def restore(workspace: Workspace, run: str | None = None) -> Version:
    """Make another version current: the one before the current, or the named one, be it older or newer.

    Where there is no current version, because somebody removed the link, the newest counts as the one before.

    Raises:
        AuditRefused: the version's file is not what its record says; nothing is changed.
        PublishError: there is no such version.
        WorkspaceBusy: a run holds the workspace.
    """
    with workspace.lock("restore"):
        settle(workspace)
        known = versions(workspace)
        names = ", ".join(version.run for version in known) or "none"
        if run is None:
            now = _current_run(workspace)
            chosen = next((version for version in known if now is None or version.run < now), None)
            if chosen is None:
                raise PublishError(f"{workspace.published}: there is no version before the current one; kept: {names}")
        else:
            chosen = next((version for version in known if version.run == run), None)
            if chosen is None:
                raise PublishError(f"{workspace.published}: there is no version {run!r}; kept: {names}")
        verify(chosen)
        make_current(workspace, chosen.run)
        return _version(workspace, chosen.run, chosen.record, is_current=True)


def make_current(workspace: Workspace, run: str) -> None:
    """Swap the links to a version. The database's comes first: it decides, and `settle` makes the others follow."""
    point(workspace.database_link, workspace.version_file(run))
    for link, folder in _followers(workspace, run):
        point(link, folder)


def demand_links(workspace: Workspace) -> None:
    """Make sure that what is to be swapped is ours.

    Raises:
        PublishError: there is a file or folder where one of the links goes.
    """
    for link in (workspace.database_link, workspace.export_link, workspace.report_link):
        if link.exists() and not link.is_symlink():
            raise PublishError(f"{link}: expected a link to the current version; move what is there elsewhere")


def keep_current_only(workspace: Workspace) -> None:
    """Remove every version but the current one; call it with the run lock held."""
    settle(workspace, kept_versions=1)


def settle(workspace: Workspace, kept_versions: int = KEPT_VERSIONS) -> None:
    """Finish what a killed run began, remove what it left, and prune to the versions that are kept.

    Call it with the run lock held. It never touches the current version.

    Raises:
        PublishError: a record is not readable, or one of the links is something else.
    """
    demand_links(workspace)
    current_run = _current_run(workspace)
    if current_run is not None:
        _finish(workspace, current_run)
    published = versions(workspace)
    kept = {version.run for version in published[:kept_versions]} | {current_run}
    for run in _runs(workspace, "careloop-*.duckdb") - kept:
        workspace.version_file(run).unlink()
    for run in _runs(workspace, "careloop-*.duckdb.wal") - kept:
        wal_of(workspace.version_file(run)).unlink()
    for run in _runs(workspace, "export-*") - kept:
        shutil.rmtree(workspace.export_folder(run))
    for run in _runs(workspace, "report-*") - kept:
        shutil.rmtree(workspace.report_folder(run))
    for run in _runs(workspace, "careloop-*.json") - kept:
        workspace.audit_file(run).unlink()
    _sweep_hidden(workspace)
    fsync(workspace.published)


def abandon(workspace: Workspace, run: str) -> None:
    """Remove what a run made and does not publish; what cannot be removed now, the next run removes.

    Raises:
        WorkspaceBusy: another run holds the workspace.
    """
    with workspace.lock(run):
        try:
            settle(workspace)
        except (OSError, PublishError) as error:  # it must not hide why the run publishes nothing
            log.warning("%s: what run %s made is left for the next run to remove: %s", workspace.published, run, error)


def _finish(workspace: Workspace, run: str) -> None:
    """Do what is missing when a run died right after the swap: the other links, and the note in the record."""
    for link, folder in _followers(workspace, run):
        if link.resolve() != folder.resolve():
            point(link, folder)
    record = read_audit_record(workspace, run)
    if record is not None and record.published_at is None:
        swapped_at = datetime.fromtimestamp(workspace.database_link.lstat().st_mtime, UTC)
        write_audit_record(workspace, record.model_copy(update={"published_at": swapped_at}))


def _sweep_hidden(workspace: Workspace) -> None:
    for leftover in [
        *workspace.published.glob(".careloop-*"),
        *workspace.published.glob(".export-*"),
        *workspace.published.glob(".report-*"),
        *workspace.runs.glob(f".*{TEMPORARY_SUFFIX}"),
    ]:
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()


def verify(version: Version) -> None:
    """Read a version again.

    Raises:
        AuditRefused: it is not what its audit record says.
    """
    if wal_of(version.file).exists():
        raise AuditRefused(f"{wal_of(version.file)}: somebody wrote to this version; restore another one")
    found = sha256(version.file)
    if found != version.record.sha256:
        raise AuditRefused(
            f"{version.file}: content hash is {found}, its audit record says {version.record.sha256}; "
            "the file was changed or damaged, restore another version"
        )
    for what, folder in (("exports", version.export), ("pages", version.report)):
        if not folder.is_dir():
            raise AuditRefused(f"{folder}: the version's {what} are missing; restore another version")
    _verify_large_tables(version)


def _verify_large_tables(version: Version) -> None:
    """Read what the database file does not hold again, and only its exports do."""
    folders = {f"{table.replace('.', '/')}.parquet" for table in version.record.large_tables}
    for name, published in read_hashes(version.export).items():
        file = version.export / name
        if name.rpartition("/")[0] in folders:
            found = sha256(file) if file.is_file() else "no such file"
            if found != published:
                raise AuditRefused(
                    f"{file}: content hash is {found}, was {published} when it was published; "
                    "the file was changed or damaged, restore another version"
                )


def _version(workspace: Workspace, run: str, record: AuditRecord, *, is_current: bool) -> Version:
    file, export, report = workspace.version_file(run), workspace.export_folder(run), workspace.report_folder(run)
    return Version(run, file, export, report, record, is_current=is_current)


def _followers(workspace: Workspace, run: str) -> list[tuple[Path, Path]]:
    """List the links that follow the database's, each with the folder it has to show."""
    return [
        (workspace.export_link, workspace.export_folder(run)),
        (workspace.report_link, workspace.report_folder(run)),
    ]


def _current_run(workspace: Workspace) -> str | None:
    target = workspace.database_link.resolve()
    return next((run for run in _runs(workspace, target.name) if workspace.version_file(run).samefile(target)), None)


def _runs(workspace: Workspace, pattern: str) -> set[str]:
    """List the runs whose published files fit a pattern; files with other names are not ours and are left alone."""
    names = (path.name.split(".")[0].partition("-")[2] for path in workspace.published.glob(pattern))
    return {name for name in names if RUN_NAME.fullmatch(name)}
