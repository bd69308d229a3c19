"""What counts as a change: each input by itself, and each way in which a published version does not stand any more."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project import inputs
from dagster_project.config import PROJECT_ROOT, load_settings
from dagster_project.inputs import inputs_sha256, standing_version
from dagster_project.landing import LandingZone
from dagster_project.pseudonyms import KEY_VARIABLE
from dagster_project.sources.extraction import extract
from dagster_project.warehouse import (
    Version,
    Workspace,
    audit,
    connect,
    discard_build,
    load_run_records,
    make_candidate,
    publish,
    restore,
    write_run_record,
)
from tests.companies import configuration, source, write_csv
from tests.gate_results import LAYERS, PASSED
from tests.unit.warehouse.conftest import built, run_name, workspace
from tests.unit.warehouse.test_runs import record

__all__ = ["built", "run_name", "workspace"]

Fingerprint = Callable[[], str]


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A company with one landed file, and the project in a copy that may be changed."""
    for folder in ("dbt_project", "expectations", "seeds"):
        shutil.copytree(PROJECT_ROOT / folder, tmp_path / "project" / folder, ignore=shutil.ignore_patterns("target"))
    (tmp_path / "project" / "dagster_project").mkdir()
    monkeypatch.setattr(inputs, "PROJECT_ROOT", tmp_path / "project")
    crm = source(tmp_path, "crm", {"teams": ["team_id,name", "t1,Support"]})
    crm["files"]["teams"]["path"] = str(tmp_path / "crm" / "teams*.csv")
    configuration(tmp_path, [crm], public_data=True)
    land(tmp_path)
    return tmp_path


def land(company: Path) -> None:
    settings = load_settings(company / "careloop.yml")
    zone = LandingZone(settings.workspace_folder / "landing")
    extract(settings.sources[0], zone, config_folder=company, check=lambda *_: None)


def fingerprint(company: Path) -> str:
    settings = load_settings(company / "careloop.yml")
    return inputs_sha256(settings, Workspace(settings.workspace_folder))


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def new_file(company: Path) -> None:
    write_csv(company / "crm" / "teams_2.csv", "team_id,name", "t2,Sales")
    land(company)


CHANGES: dict[str, Callable[[Path], object]] = {
    "a new file": new_file,
    "a mapping": lambda it: rewrite(it / "careloop.yml", "name: name", "name: {sql: upper(name)}"),
    "the as-of instant": lambda it: rewrite(it / "careloop.yml", "sources:", "as_of: 2026-06-30T00:00:00Z\nsources:"),
    "what may be quarantined": lambda it: rewrite(
        it / "careloop.yml", "sources:", "max_quarantined_rate: 0.1\nsources:"
    ),
    "a seed": lambda it: (it / "project" / "seeds" / "kpis.csv").write_text("kpi\n"),
    "a model": lambda it: rewrite(it / "project/dbt_project/models/core/as_of.sql", "as_of,", "as_of ,"),
    "an expectation": lambda it: rewrite(it / "project/expectations/core/as_of.yml", "critical", "warning"),
    "code": lambda it: (it / "project" / "dagster_project" / "new.py").write_text("pass\n"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_each_input_counts(company: Path, change: Callable[[Path], object]) -> None:
    before = fingerprint(company)
    assert fingerprint(company) == before
    change(company)
    assert fingerprint(company) != before


def test_another_key_of_pseudonyms_counts_and_is_not_told(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(company)
    monkeypatch.setenv(KEY_VARIABLE, "k" * 40)
    assert fingerprint(company) != before


def test_what_a_run_may_take_and_when_it_starts_does_not_count(company: Path) -> None:
    before = fingerprint(company)
    rewrite(
        company / "careloop.yml",
        "sources:",
        "memory_limit: 1GB\nspill_folder: elsewhere\nspill_limit: 9GB\n"
        "kept_runs: 7\nschedule: {cron: 0 1 * * *}\nsources:",
    )
    land(company)
    assert fingerprint(company) == before


def release(workspace: Workspace, number: int, inputs_sha256: str | None = "inputs") -> Version:
    """Publish a version as a run does, with its record in the build file and beside it."""
    run = record(number).run
    write_run_record(workspace, record(number))
    connection = connect(workspace)
    load_run_records(workspace, connection)
    connection.close()
    audited = audit(
        workspace,
        make_candidate(workspace, run),
        run=run,
        suites_sha256="suites",
        gate_results=PASSED,
        required_layers=LAYERS,
        inputs_sha256=inputs_sha256,
    )
    pages = {"index.html": "all", "review.html": "the quarter"}
    version = publish(workspace, audited, run=run, suites_sha256="suites", make_pages=lambda _: pages)
    write_run_record(workspace, record(number, status="published", published_version=run))
    return version


def test_a_whole_version_of_the_same_inputs_stands(workspace: Workspace) -> None:
    assert standing_version(workspace, "inputs") is None, "nothing is published"
    version = release(workspace, 1)
    assert standing_version(workspace, "inputs") == version
    assert standing_version(workspace, "others") is None
    write_run_record(workspace, record(2, status="unchanged", published_version=version.run))
    assert standing_version(workspace, "inputs") == version


def test_what_a_selection_of_assets_published_does_not_stand(workspace: Workspace) -> None:
    release(workspace, 1, inputs_sha256=None)
    assert standing_version(workspace, "inputs") is None


def append_a_byte(file: Path) -> None:
    with file.open("ab") as opened:
        opened.write(b"?")


DAMAGE: dict[str, Callable[[Workspace, Version], object]] = {
    "a longer file": lambda _, version: append_a_byte(version.file),
    "no export": lambda _, version: (version.export / "core" / "fct_ticket.parquet").unlink(),
    "no report": lambda _, version: (version.report / "review.html").unlink(),
    "a lost link": lambda workspace, _: workspace.export_link.unlink(),
    "a discarded build file": lambda workspace, _: discard_build(workspace) or connect(workspace).close(),
    "a failed run": lambda workspace, _: write_run_record(workspace, record(3, status="failed")),
    "an older version restored": lambda workspace, _: restore(workspace),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_version_does_not_stand(workspace: Workspace, damage: Callable[[Workspace, Version], object]) -> None:
    release(workspace, 1)
    version = release(workspace, 2)
    assert standing_version(workspace, "inputs") == version
    damage(workspace, version)
    assert standing_version(workspace, "inputs") is None
