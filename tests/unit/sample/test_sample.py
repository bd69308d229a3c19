"""Generating: the same bytes again, whole or not at all, and files that the project's configuration can read."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from dagster_project import sample
from dagster_project.config import PROJECT_ROOT, load_settings
from dagster_project.contract import ENTITIES
from dagster_project.mapping import source_columns
from dagster_project.sample import export
from dagster_project.source_config.files import CsvFiles, ExcelFiles, FileSet, JsonLinesFiles, ParquetFiles


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_size_and_seed_give_the_same_bytes_and_another_seed_others(tmp_path: Path, small_company: Any) -> None:
    sample.generate(tmp_path / "again", tickets=500, seed=3)
    sample.generate(tmp_path / "other", tickets=500, seed=4)
    assert contents(tmp_path / "again") == contents(small_company.folder)
    differing = set(contents(tmp_path / "other").items()) - set(contents(small_company.folder).items())
    assert {"crm/customers.csv", "helpdesk/tickets_2025-Q1.csv", "truth.json"} <= {name for name, _ in differing}


def test_a_failure_leaves_neither_a_new_sample_nor_a_changed_old_one(
    tmp_path: Path, small_company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(small_company.folder, tmp_path / "sample")
    before = contents(folder)

    def breaks(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(export, "_write_workbook", breaks)
    for target in (folder, tmp_path / "new"):
        with pytest.raises(OSError, match="disk full"):
            sample.generate(target, tickets=500, seed=8)
    assert contents(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["sample"]


def test_an_earlier_sample_is_replaced_whole(tmp_path: Path, small_company: Any) -> None:
    folder = shutil.copytree(small_company.folder, tmp_path / "sample")
    (folder / "left_over.csv").touch()
    sample.generate(folder, tickets=500, seed=8)
    assert not (folder / "left_over.csv").exists()
    assert (folder / "truth.json").exists()


def test_a_folder_with_other_files_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FileExistsError, match=r"no truth\.json, so it is no sample"):
        sample.generate(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_too_small_a_sample_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sample of 499 tickets is too small; ask for 500 or more"):
        sample.generate(tmp_path / "sample", tickets=499)


def test_dirty_rows_stay_rare_in_the_smallest_sample_too(small_company: Any) -> None:
    # a run is stopped where more than 5 % of an entity's rows are quarantined
    for entity, account in small_company.truth["entities"].items():
        assert account["quarantined"] < 0.05 * account["extracted"], entity


def test_files_carry_the_instant_of_their_export(company: Any) -> None:
    for path in company.folder.rglob("*.*"):
        expected = datetime(2026, 1 if path.name == "agents_2025-12.csv" else 7, 1, 4, tzinfo=UTC)
        assert datetime.fromtimestamp(path.stat().st_mtime, UTC) == expected, path


def columns_of(path: Path, files: FileSet) -> set[str]:
    """The columns of one file, read by other means than the project's."""
    match files:
        case CsvFiles() if path.suffix == ".gz":
            return {row[0] for row in duckdb.execute(f"describe from read_csv('{path}')").fetchall()}
        case CsvFiles():
            header = path.read_bytes().splitlines()[0].decode(files.encoding)
            return {name.strip('"') for name in header.split(files.delimiter)}
        case JsonLinesFiles() if path.suffix == ".jsonl":
            first = path.read_bytes().splitlines()[0].decode(files.encoding)
            return set(json.loads(first))
        case JsonLinesFiles():
            options = "format = 'newline_delimited', ignore_errors = true, maximum_object_size = 9999999"
            return {row[0] for row in duckdb.execute(f"describe from read_json('{path}', {options})").fetchall()}
        case ParquetFiles():
            return {row[0] for row in duckdb.execute(f"describe from read_parquet('{path}')").fetchall()}
        case ExcelFiles():
            return {str(cell.value) for cell in next(openpyxl.load_workbook(path)[files.sheet].iter_rows())}


def test_the_configuration_maps_every_entity_and_column_to_columns_that_the_files_have(
    company: Any, tmp_path: Path
) -> None:
    text = (PROJECT_ROOT / "careloop.yml").read_text(encoding="utf-8")
    (tmp_path / "careloop.yml").write_text(text.replace(" sample/", f" {company.folder}/"), encoding="utf-8")
    settings = load_settings(tmp_path / "careloop.yml")
    mapped: dict[str, set[str]] = {}
    for source in settings.sources:
        there: dict[str, set[str]] = {}
        for name, files in source.files.items():
            paths = [found for path in files.path for found in Path("/").glob(path.lstrip("/"))]
            assert paths, (source.name, name)
            there[name] = set().union(*(columns_of(path, files) for path in paths))
        for entity, mappings in source.entities.items():
            for mapping in mappings:
                mapped.setdefault(entity, set()).update(mapping.columns)
                for value in [*mapping.columns.values(), *filter(None, [mapping.where])]:
                    wanted = set(source_columns(value, where=entity))
                    assert wanted <= there[mapping.from_], (source.name, entity)
    # columns for exports without an event history have no place here
    without_history = {
        "first_response_at",
        "first_solved_at",
        "solved_at",
        "closed_at",
        "reopen_count",
        "agent_reply_count",
    }
    for entity, contract in ENTITIES.items():
        assert set(contract.columns) - mapped[entity] <= without_history, entity


def test_one_ticket_export_has_its_columns_in_disorder_and_one_column_came_later(company: Any) -> None:
    headers = {
        path.stem[-7:]: path.read_text(encoding="utf-8-sig").splitlines()[0].split(";")
        for path in (company.folder / "helpdesk").glob("tickets_*.csv")
    }
    assert [name for name, header in headers.items() if header[0] != "Ticketnummer"] == ["2025-Q3"]
    assert sorted(name for name, header in headers.items() if "Vorgänger" in header) == [
        "2025-Q4",
        "2026-Q1",
        "2026-Q2",
    ]


def test_texts_are_filled_in_and_in_both_languages(company: Any) -> None:
    texts = [row[name] for row in company.tickets.values() for name in ("Betreff", "Beschreibung")]
    texts += [row["Comment"] for row in company.questionnaires if row["Comment"]]
    texts += [line for line in company.event_lines if '"body":"' in line]
    unfilled = re.compile(r"\{(product|order|days|name)\}")
    assert not any(unfilled.search(text) for text in texts)
    chinese = sum(bool(re.search("[\u4e00-\u9fff]", text)) for text in texts)
    assert 0.15 < chinese / len(texts) < 0.35
    assert len({row["Beschreibung"] for row in company.tickets.values()}) > 0.6 * len(company.tickets)
