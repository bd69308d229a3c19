"""What is not published, and that nothing changes then."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import pytest

from dagster_project.quality.gate import CheckResult
from dagster_project.report import ReportError
from dagster_project.warehouse import (
    AuditRefused,
    PublishError,
    Workspace,
    connect,
    publish,
)
from tests.gate_results import PASSED, gate_result
from tests.integration.publishing.numbered import (
    SUITES,
    audited,
    numbers_read,
    pages,
    publish_number,
    run_name,
    snapshot,
)


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
    "gates", [[], PASSED[:2], [*PASSED, gate_result("core", "failed")], [gate_result("staging", "error"), *PASSED]]
)
def test_a_failed_or_missing_gate_leaves_the_current_version_byte_for_byte(
    workspace: Workspace, gates: Sequence[CheckResult]
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
