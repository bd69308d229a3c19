"""Every expectation can stop a publication: violated or undecided, it leaves what is published byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dagster_project.config import PROJECT_ROOT
from dagster_project.quality.gate import CheckResult, blocking, run_gate
from dagster_project.quality.suites import load_suites
from dagster_project.warehouse import (
    AuditRefused,
    Candidate,
    Version,
    Workspace,
    audit,
    connect,
    make_candidate,
    publish,
)

LAYERS = ("staging", "core", "kpi", "quality")
SUITES = [suite for layer in LAYERS for suite in load_suites(PROJECT_ROOT / "expectations", layer)]
PARAMETERS = {"max_quarantined_rate": 0.05}
ALL_PASSED = [
    CheckResult(
        layer=suite.layer,
        table=suite.table,
        check=expectation.check,
        expectation_type=expectation.type,
        column=None,
        severity=expectation.severity,
        risk=expectation.meta.risk,
        outcome="passed",
        observed="",
        allowed="",
    )
    for suite in SUITES
    for expectation in suite.expectations
]
RUN, SUITES_SHA256 = "20260701T040002Z-ab12cd34", "suites"
EVERY = pytest.param(1, marks=pytest.mark.full, id="every expectation")


def content(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and RUN not in path.name
    }


@pytest.fixture
def candidate(workspace: Workspace, publish_run: Callable[[int], Version]) -> Candidate:
    publish_run(1)
    return make_candidate(workspace, RUN)


@pytest.mark.parametrize("step", [EVERY, pytest.param(80, id="one in eighty")])
def test_each_critical_expectation_that_fails_and_each_that_raises_stops_the_publication(
    workspace: Workspace, candidate: Candidate, step: int
) -> None:
    before, link = content(workspace.published), workspace.database_link.readlink()
    wrong = [
        [*ALL_PASSED[:index], replace(result, outcome=outcome), *ALL_PASSED[index + 1 :]]
        for outcome in ("failed", "error")
        for index, result in enumerate(ALL_PASSED)
        if outcome == "error" or result.severity == "critical"
    ]
    for results in wrong[::step]:
        record = audit(
            workspace, candidate, run=RUN, suites_sha256=SUITES_SHA256, gate_results=results, required_layers=LAYERS
        )
        with pytest.raises(AuditRefused, match="the audit did not pass"):
            publish(workspace, record, run=RUN, suites_sha256=SUITES_SHA256, make_pages=lambda _: {})
    assert content(workspace.published) == before
    assert workspace.database_link.readlink() == link
    # The same file is published where every expectation holds, so it was the one result that stopped it.
    sound = audit(
        workspace, candidate, run=RUN, suites_sha256=SUITES_SHA256, gate_results=ALL_PASSED, required_layers=LAYERS
    )
    assert publish(workspace, sound, run=RUN, suites_sha256=SUITES_SHA256, make_pages=lambda _: {}).is_current


@pytest.mark.parametrize("step", [EVERY, pytest.param(12, id="one table in twelve")])
def test_each_expectation_that_raises_is_an_error_and_blocks(workspace: Workspace, step: int) -> None:
    suites = SUITES[::step]
    with connect(workspace) as connection:
        for suite in suites:
            # Every column that a suite names is there, and no row can be read.
            columns = {"nothing", *suite.key, *(name for it in suite.expectations for name in it.columns)}
            listed = ", ".join(f'1 as "{name}"' for name in sorted(columns))
            connection.execute(f"create schema if not exists {suite.layer}")
            connection.execute(f"drop table if exists {suite.relation}")
            unreadable = "from range(1) as t (i) where error('damaged ' || i)::boolean"
            connection.execute(f"create view {suite.relation} as select {listed} {unreadable}")
    results = run_gate(workspace.build_file, suites, parameters=PARAMETERS)
    assert [(it.layer, it.table, it.check) for it in results if it.outcome != "error"] == []
    assert len(blocking(results)) == sum(len(suite.expectations) for suite in suites)
