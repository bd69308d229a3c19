"""`careloop check` before anything is landed: what it finds in the files that a run would read; it leaves no trace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dagster_project.checks import previews, problems
from dagster_project.config import load_settings
from tests.companies import configuration

HEADER = ["Number", "Opened", "Who", "State"]
ROW = ["7", "2024-03-01T09:00:00Z", "c-1", "New"]


def put(folder: Path, name: str, header: list[str], row: list[str]) -> None:
    path = folder / name
    if path.suffix == ".csv":
        path.write_text(",".join(header) + "\n" + ",".join(row) + "\n")
    elif path.suffix == ".jsonl":
        path.write_text(json.dumps(dict(zip(header, row, strict=True))) + "\n")
    else:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(header)
        sheet.append(row)
        book.save(path)


def checked(folder: Path, files: dict[str, Any], **columns: Any) -> list[str]:
    """Give what is found wrong with one source of tickets whose columns are mapped as told."""
    mapped = {"ticket_id": "Number", "created_at": "Opened", "customer_id": "Who", "status": "State", **columns}
    source = {
        "name": "desk",
        "kind": "files",
        "files": {"log": files},
        "entities": {"tickets": {"from": "log", "columns": mapped}},
    }
    settings = load_settings(configuration(folder, [source]))
    before = sorted(folder.rglob("*"))
    seen, unreachable = previews(settings)
    found = [*unreachable, *problems(settings, seen)]
    assert sorted(folder.rglob("*")) == before, "a check changes nothing"
    return found


@pytest.mark.parametrize("ending", ["csv", "jsonl", "xlsx"])
def test_a_misspelt_column_is_found_before_the_file_is_landed(tmp_path: Path, ending: str) -> None:
    put(tmp_path, f"log.{ending}", HEADER, ROW)
    files = {"path": f"log.{ending}", "format": {"csv": "csv", "jsonl": "jsonl", "xlsx": "excel"}[ending]}
    assert checked(tmp_path, files) == []
    (found,) = checked(tmp_path, files, ticket_id="Nummber")
    assert found.startswith("source desk, entity tickets, from log, column ticket_id: there is no column 'Nummber'")
    assert "Did you mean 'Number'? There are: Number, Opened, Who, State." in found


def test_a_required_column_that_one_of_the_new_files_lacks_is_told_with_the_file(tmp_path: Path) -> None:
    put(tmp_path, "log_1.csv", HEADER, ROW)
    put(tmp_path, "log_2.csv", ["Number", "Who", "State"], ["8", "c-1", "New"])
    (found,) = checked(tmp_path, {"path": "log_*.csv", "format": "csv"})
    assert "column created_at: there is no column 'Opened' in log_2.csv" in found


def test_a_column_that_is_not_required_may_be_missing_from_one_file(tmp_path: Path) -> None:
    put(tmp_path, "log_1.csv", HEADER, ROW)
    put(tmp_path, "log_2.csv", HEADER[:3], ROW[:3])
    assert checked(tmp_path, {"path": "log_*.csv", "format": "csv"}) == []


def test_a_file_without_a_header_is_told(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("")
    (found,) = checked(tmp_path, {"path": "log.csv", "format": "csv"})
    assert "stream 'log', file 'log.csv': is empty where a header is expected" in found
