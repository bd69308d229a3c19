"""The sample company, run once through the whole job for every test of this folder that reads it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.config import PROJECT_ROOT
from tests.companies import careloop


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with its configuration, source files and workspace."""
    folder = tmp_path_factory.mktemp("sample_company")
    assert careloop("sample", str(folder / "sample"), "--tickets", "4000", "--seed", "11").returncode == 0
    shutil.copy(PROJECT_ROOT / "careloop.yml", folder)
    result = careloop("run", config=folder / "careloop.yml")
    assert result.returncode == 0, result.stderr
    return folder


@pytest.fixture(scope="session")
def truth(sample_folder: Path) -> dict[str, Any]:
    """What the generator knows of the company."""
    truth: dict[str, Any] = json.loads((sample_folder / "sample" / "truth.json").read_text(encoding="utf-8"))
    return truth


@pytest.fixture(scope="session")
def sample_warehouse(sample_folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Its published warehouse."""
    with duckdb.connect(str(sample_folder / "warehouse" / "careloop.duckdb"), read_only=True) as connection:
        yield connection
