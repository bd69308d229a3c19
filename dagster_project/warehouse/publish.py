"""Publishing: the audited candidate becomes the current version, or nothing changes.

What belongs here: the last check and the swap. There is no way round the check, and no option to skip it.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from dagster_project.warehouse.errors import AuditRefused
from dagster_project.warehouse.exports import export_tables
from dagster_project.warehouse.files import fsync, sha256, wal_of
from dagster_project.warehouse.records import AuditRecord, read_audit_record
from dagster_project.warehouse.report import MakePages, write_report
from dagster_project.warehouse.versions import Version, current, demand_links, make_current, settle
from dagster_project.warehouse.workspace import Workspace


def publish(
    workspace: Workspace,
    record: AuditRecord,
    *,
    run: str,
    suites_sha256: str,
    make_pages: MakePages,
    large_tables: Mapping[str, Path] = MappingProxyType({}),
) -> Version:
    """Publish the candidate of `run`, and prune old versions.

    Args:
        workspace: where the candidate lies.
        record: what `audit` returned for it.
        run: the run that publishes.
        suites_sha256: content hash of the suites in force now.
        make_pages: draws the report's pages from a connection at the candidate.
        large_tables: the audited folders, whose files are linked into the exports.

    Returns:
        The version, which is current from here on.

    Raises:
        AuditRefused: the record is of another file, run or suite, did not pass, or is not the one written down;
            everything is left as it was.
        PublishError: one of the links is a file or folder of somebody else's.
        Exception: a page of the report cannot be made; everything is left as it was.
        WorkspaceBusy: another run holds the workspace.
    """
    with workspace.lock(run):
        _demand(workspace, record, run, suites_sha256, large_tables)
        demand_links(workspace)
        candidate, version_file = workspace.candidate_file(run), workspace.version_file(run)
        _write_beside(workspace, candidate, record, make_pages, large_tables)
        candidate.rename(version_file)
        fsync(version_file.parent)
        make_current(workspace, run)
        settle(workspace)
        version = current(workspace)
        assert version is not None  # it was made current three lines ago, under the lock
        return version


def _write_beside(
    workspace: Workspace,
    candidate: Path,
    record: AuditRecord,
    make_pages: MakePages,
    large_tables: Mapping[str, Path],
) -> None:
    """Write what stands beside the version's file, all of it or nothing."""
    exports = workspace.export_folder(record.run)
    before = current(workspace)
    export_tables(workspace, candidate, exports, record=record, before=before, large_tables=large_tables)
    try:
        write_report(workspace, candidate, workspace.report_folder(record.run), make_pages)
    except BaseException:
        shutil.rmtree(exports)
        raise


def _demand(
    workspace: Workspace, record: AuditRecord, run: str, suites_sha256: str, large_tables: Mapping[str, Path]
) -> None:
    candidate = workspace.candidate_file(run)
    if not candidate.is_file():
        raise AuditRefused(f"{candidate}: run {run} has no candidate to publish")
    if not record.passed:
        raise AuditRefused(f"{candidate}: the audit did not pass: {'; '.join(record.refusals)}")
    if wal_of(candidate).exists():
        raise AuditRefused(f"{wal_of(candidate)}: somebody wrote to the candidate; run again")
    for what, recorded, stated in (
        ("run", record.run, run),
        ("content hash of the suites", record.suites_sha256, suites_sha256),
        ("content hash of the file", record.sha256, sha256(candidate)),
        ("list of large tables", ", ".join(record.large_tables), ", ".join(large_tables)),
    ):
        if recorded != stated:
            raise AuditRefused(
                f"{candidate}: the {what} is not the audited one: audited {recorded}, found {stated}; run again"
            )
    if read_audit_record(workspace, run) != record:
        raise AuditRefused(f"{workspace.audit_file(run)}: the audit record on disk is not the one stated; run again")
