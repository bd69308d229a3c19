from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.warehouse import AuditRecord, Candidate, PublishError, Workspace, audit, connect, make_candidate
from tests.gate_results import LAYERS, PASSED, gate_result

RUN = "20260701T040000Z-ab12cd34"


@pytest.fixture(scope="module")
def made(built: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    folder = tmp_path_factory.mktemp("with_candidate") / "warehouse"
    workspace = Workspace(shutil.copytree(built.folder, folder), built.memory_limit)
    with connect(workspace) as connection:
        connection.execute(
            """
            create table core.big as select i, hash(i) as value from range(200_000) t (i);
            create table core.pairs as select unnest([1, 1, 2, 2, 3]) as a;
            """
        )
    return make_candidate(workspace, RUN)


@pytest.fixture
def workspace(made: Candidate, tmp_path: Path) -> Workspace:
    return Workspace(shutil.copytree(made.file.parent.parent, tmp_path / "warehouse"), memory_limit="500MB")


@pytest.fixture
def candidate(workspace: Workspace) -> Path:
    return workspace.candidate_file(RUN)


@pytest.fixture
def audited(workspace: Workspace, made: Candidate, candidate: Path) -> Callable[..., AuditRecord]:
    def run_audit(**changed: Any) -> AuditRecord:
        stated: dict[str, Any] = {
            "run": RUN,
            "suites_sha256": "suites",
            "gate_results": PASSED,
            "required_layers": LAYERS,
        }
        return audit(workspace, replace(made, file=candidate), **{**stated, **changed})

    return run_audit


def change(file: Path, sql: str) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute(sql)


def test_a_sound_candidate_passes_and_its_record_says_what_it_is(
    workspace: Workspace, candidate: Path, audited: Callable[..., AuditRecord]
) -> None:
    content = candidate.read_bytes()
    record = audited()
    assert record.passed
    assert record.refusals == ()
    assert record.run == RUN
    assert record.file_name == f"careloop-{RUN}.duckdb"
    assert record.sha256 == hashlib.sha256(content).hexdigest()
    assert record.size_bytes == len(content)
    assert {figures.table: figures.rows for figures in record.tables} == {
        "core.big": 200_000,
        "core.fct_ticket": 3,
        "core.pairs": 5,
        "kpi.tickets_by_channel": 3,
        "quality.row_account": 1,
    }
    assert candidate.read_bytes() == content


def test_the_record_is_written_beside_the_file_and_private(
    workspace: Workspace, audited: Callable[..., AuditRecord]
) -> None:
    record = audited()
    file = workspace.published / f"careloop-{RUN}.json"
    assert json.loads(file.read_text()) == json.loads(record.model_dump_json())
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("update core.fct_ticket set channel = 'fax' where ticket_id = 1", "core.fct_ticket"),
        ("delete from core.fct_ticket where ticket_id = 1", "core.fct_ticket"),
        ("insert into core.fct_ticket from core.fct_ticket limit 1", "core.fct_ticket"),
        # Same number of rows, and under an exclusive or the doubled values would cancel out.
        ("create or replace table core.pairs as select unnest([4, 4, 5, 5, 3]) as a", "core.pairs"),
        ("alter table core.pairs rename a to b", "core.pairs"),
        ("alter table core.pairs alter a type varchar", "core.pairs"),
        ("drop table quality.row_account", "quality.row_account"),
        ("create table core.extra as select 1 as a", "core.extra"),
        ("create schema personal; create table personal.customer as select 1 as a", "personal.customer"),
        ("create table leftover as select 1 as a", "main.leftover"),
        # Values moved between rows: every column alone is as it was.
        ("update core.fct_ticket set ticket_id = 4 - ticket_id where ticket_id <> 2", "core.fct_ticket"),
    ],
)
def test_whatever_differs_from_the_build_file_is_refused_by_name(
    candidate: Path, audited: Callable[..., AuditRecord], sql: str, named: str
) -> None:
    change(candidate, sql)
    record = audited()
    assert not record.passed
    (refusal,) = record.refusals
    assert named in refusal


def test_the_order_of_rows_does_not_matter(candidate: Path, audited: Callable[..., AuditRecord]) -> None:
    change(candidate, "create or replace table core.big as from core.big order by value")
    assert audited().passed


def test_a_flipped_bit_in_any_block_of_a_table_is_found(candidate: Path, audited: Callable[..., AuditRecord]) -> None:
    content = candidate.read_bytes()
    with duckdb.connect(str(candidate), read_only=True) as connection:
        blocks = connection.execute(
            "select distinct block_id from pragma_storage_info('core.big') where block_id >= 0"
        ).fetchall()
    assert len(blocks) > 3
    for (block,) in blocks:
        flipped = bytearray(content)
        flipped[3 * 4096 + block * 262_144 + 1000] ^= 1
        candidate.write_bytes(flipped)
        record = audited()
        assert not record.passed
        assert "cannot be read whole" in record.refusals[0]


@pytest.mark.parametrize("kept", [0, 100, 12_288, -1])
def test_a_truncated_candidate_is_refused(candidate: Path, audited: Callable[..., AuditRecord], kept: int) -> None:
    candidate.write_bytes(candidate.read_bytes()[:kept])
    record = audited()
    assert not record.passed
    assert "cannot be read whole" in record.refusals[0]


def test_a_candidate_with_a_write_ahead_log_is_refused(candidate: Path, audited: Callable[..., AuditRecord]) -> None:
    candidate.with_name(f"{candidate.name}.wal").touch()
    record = audited()
    assert not record.passed
    assert ".wal" in record.refusals[0]


def test_a_candidate_in_the_newer_storage_format_is_refused(
    workspace: Workspace, candidate: Path, audited: Callable[..., AuditRecord]
) -> None:
    candidate.unlink()
    with duckdb.connect(str(workspace.build_file)) as connection:
        connection.execute(f"attach '{candidate}' as newer; copy from database build to newer (schema)")
        for table in ("raw.customers", "staging.stg_customers", "personal.customer"):
            connection.execute(f"drop table newer.{table}")
        connection.execute("detach newer")
    assert any("readers need v1.5.0" in refusal for refusal in audited().refusals)


def test_a_candidate_of_another_run_is_refused(audited: Callable[..., AuditRecord]) -> None:
    record = audited(run="20260701T050000Z-ab12cd34")
    assert record.refusals == (f".careloop-{RUN}.duckdb is not the candidate of run 20260701T050000Z-ab12cd34",)


def test_a_build_file_with_nothing_to_publish_is_refused(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "empty")
    candidate = make_candidate(workspace, RUN)
    record = audit(
        workspace, candidate, run=RUN, suites_sha256="s", gate_results=[gate_result("core")], required_layers=["core"]
    )
    assert not record.passed
    assert "nothing to publish" in record.refusals[0]


def test_a_missing_candidate_is_an_error_and_leaves_no_record(
    workspace: Workspace, candidate: Path, audited: Callable[..., AuditRecord]
) -> None:
    candidate.unlink()
    with pytest.raises(PublishError, match="no such candidate"):
        audited()
    assert not workspace.audit_file(RUN).exists()


def test_without_gate_results_nothing_passes(audited: Callable[..., AuditRecord]) -> None:
    record = audited(gate_results=[], required_layers=[])
    assert not record.passed
    assert record.refusals == ("there are no gate results: nothing was checked",)


def test_a_required_layer_without_results_is_refused_by_name(audited: Callable[..., AuditRecord]) -> None:
    record = audited(gate_results=[gate_result("staging"), gate_result("core")])
    assert record.refusals == ("layer kpi has no gate result",)
    assert not record.passed


@pytest.mark.parametrize(
    ("outcome", "severity"),
    [("failed", "critical"), ("error", "critical"), ("error", "warning"), ("skipped", "warning")],
)
def test_blocking_results_are_refused_with_table_and_check(
    audited: Callable[..., AuditRecord], outcome: str, severity: str
) -> None:
    bad = gate_result("core", outcome, severity, table="fct_ticket", check="unique_ticket_key")
    record = audited(gate_results=[*PASSED, bad])
    assert record.refusals == (f"core.fct_ticket: unique_ticket_key ({severity}) ended as {outcome}",)
    assert not record.passed
    assert (record.gates_passed, record.gates_failed, record.gates_warned) == (3, 1, 0)


def test_a_failed_warning_is_counted_and_does_not_block(audited: Callable[..., AuditRecord]) -> None:
    record = audited(gate_results=[*PASSED, gate_result("kpi", "failed", "warning")])
    assert record.passed
    assert (record.gates_passed, record.gates_failed, record.gates_warned) == (3, 0, 1)


def test_an_unstated_hash_of_the_suites_is_refused(audited: Callable[..., AuditRecord]) -> None:
    assert not audited(suites_sha256="").passed


def test_a_record_cannot_claim_to_have_passed_against_its_refusals(audited: Callable[..., AuditRecord]) -> None:
    record = audited(gate_results=[])
    with pytest.raises(ValueError, match="refusals"):
        AuditRecord.model_validate({**record.model_dump(), "passed": True})
