"""The report without a browser: its queries fit the declared tables, its words are complete, its data are packed."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.config import PROJECT_ROOT
from dagster_project.report import ReportError, datasets, make_report, sections, words
from dagster_project.report.page import PAGE
from tests.declared_warehouse import HOSTILE, RUN, declare, fill

KPIS = {row["kpi"] for row in csv.DictReader((PROJECT_ROOT / "seeds" / "kpis.csv").open(encoding="utf-8"))}
CATALOGUES = words.catalogues()
BLOCKS = [(it.name, block) for page in sections.PAGES for it in sections.load(page) for block in it.blocks]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = declare(tmp_path_factory.mktemp("company") / "careloop.duckdb")
    fill(connection, teams=15)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def pages(company: duckdb.DuckDBPyConnection, cache: Path) -> dict[str, str]:
    return make_report(company, RUN, cache=cache)


def unpacked(page: str) -> dict[str, Any]:
    found = re.search(r'id="packed">([^<]+)<', page)
    assert found
    content: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(found[1])))
    return content


def test_every_query_runs_on_the_tables_as_they_are_declared(company: duckdb.DuckDBPyConnection) -> None:
    datasets.aggregate_facts(company, {})
    datasets.name_largest_values(company, 12)
    lacking = {name: [it for it in datasets.tables_read(name) if not exists(company, it)] for name in datasets.names()}
    # What the analyses on texts and customers bring may not be declared yet; their sections say that nothing is there.
    late = ("analysis.", "kpi.voice_of_customer", "kpi.feedback_worklist", "kpi.team_category_fit")
    assert all(it.startswith(late) for tables in lacking.values() for it in tables)
    for name in datasets.names():
        datasets.read(company, name, RUN)


def exists(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(
        connection.execute(f"from duckdb_tables() where schema_name || '.' || table_name = '{table}'").fetchall()
    )


def test_every_block_shows_columns_that_its_dataset_has(company: duckdb.DuckDBPyConnection) -> None:
    datasets.aggregate_facts(company, {})
    datasets.name_largest_values(company, 12)
    for section, block in BLOCKS:
        if block.dataset in datasets.names():
            columns = datasets.read(company, block.dataset, RUN).columns
            if columns:  # there are none where the analysis is not declared here
                assert set(block.columns) | set(block.where) <= columns.keys(), (section, block.name)


def test_a_query_that_fails_is_named_with_its_section(
    company: duckdb.DuckDBPyConnection, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = datasets.query
    monkeypatch.setattr(datasets, "query", lambda it: "select no_column from core.as_of" if it == "flow" else query(it))
    with pytest.raises(ReportError, match=r"section process: report/sql/flow\.sql: .*no_column"):
        make_report(company, RUN, cache=cache)


def test_a_dataset_whose_table_is_not_there_is_empty(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "bare.duckdb")) as bare:
        assert datasets.read(bare, "flow", RUN).rows == 0


def test_all_catalogues_have_the_same_words() -> None:
    english, chinese = (CATALOGUES[language] for language in ("en", "zh"))
    own = {key for key in chinese if key.startswith(("kpi.", "value."))}  # in English the data's own words do
    assert english.keys() - chinese.keys() == set()
    assert chinese.keys() - english.keys() - own == set()


def test_every_block_column_and_kpi_has_its_words_in_every_language() -> None:
    for catalogue in CATALOGUES.values():
        for section, block in BLOCKS:
            assert f"section.{section}" in catalogue
            assert f"title.{block.name}" in catalogue
            unnamed = [it for it in block.columns if f"column.{it}" not in catalogue and it not in KPIS]
            assert unnamed == [], block.name
    assert {kpi for kpi in KPIS if f"kpi.{kpi}" not in CATALOGUES["zh"]} == set()


def test_topics_go_by_the_names_that_their_owner_gave_them_in_every_language() -> None:
    assert CATALOGUES["en"]["topic.response_time"] == "Waiting for an answer"
    assert CATALOGUES["zh"]["topic.response_time"] == "响应速度"


def test_the_script_asks_only_for_words_that_there_are() -> None:
    catalogue = CATALOGUES["en"]
    asked = {key for path in PAGE.glob("*.js") for key in re.findall(r'\bt\("([\w.]+)"', path.read_text("utf-8"))}
    assert asked
    assert asked <= catalogue.keys()


def test_pages_hold_no_data_as_text_and_allow_only_their_own_scripts(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert HOSTILE not in page
        assert len(page.encode()) <= 2_000_000
        scripts = re.findall(r"<script(?: type=\"module\")?>(.*?)</script>", page, re.DOTALL)
        allowed = re.findall(r"sha256-[\w+/=]+", re.search(r'content="(default-src[^"]*)"', page)[1])  # type: ignore[index]
        hashes = [base64.b64encode(hashlib.sha256(it.encode()).digest()).decode() for it in scripts]
        assert len(scripts) == 2
        assert {f"sha256-{it}" for it in hashes} < set(allowed)
        assert "unsafe" not in page[: page.index("<body")]


def test_the_script_never_makes_markup_of_text() -> None:
    for path in PAGE.glob("*.js"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", path.read_text("utf-8")
        )


def test_beyond_the_largest_values_everything_is_one_and_nothing_is_lost(pages: dict[str, str]) -> None:
    cube = unpacked(pages["index.html"])["data"]["cube"]
    assert len(set(cube["team"])) == 13
    assert "(all others)" in cube["team"]
    assert sum(cube["tickets_created_numerator"]) == 900


def test_a_page_that_would_be_too_heavy_names_fewer_values(
    company: duckdb.DuckDBPyConnection, pages: dict[str, str], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dagster_project.report.report.MOST_BYTES", len(pages["index.html"].encode()) - 1)
    lighter = make_report(company, RUN, cache=cache)
    assert len(set(unpacked(lighter["index.html"])["data"]["cube"]["team"])) == 9
    monkeypatch.setattr("dagster_project.report.report.MOST_BYTES", 1000)
    with pytest.raises(ReportError, match=r"bytes with 3 values a dimension, allowed 1,000"):
        make_report(company, RUN, cache=cache)


def test_the_same_version_gives_the_same_pages(
    company: duckdb.DuckDBPyConnection, pages: dict[str, str], cache: Path
) -> None:
    assert list(cache.iterdir()), "what draws the charts is kept for the next report"
    assert make_report(company, RUN, cache=cache) == pages
