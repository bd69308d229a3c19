"""A headless Chromium, and the pages of a small made-up company on disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, sync_playwright

from dagster_project.report import make_report
from tests.declared_warehouse import RUN, declare, fill

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
QUIETER = ("--disable-component-update", "--disable-sync")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine; apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *QUIETER])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = declare(tmp_path_factory.mktemp("company") / "careloop.duckdb")
    fill(connection)
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def pages(company: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with index.html and review.html."""
    folder = tmp_path_factory.mktemp("report")
    for name, text in make_report(company, RUN, cache=folder).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
