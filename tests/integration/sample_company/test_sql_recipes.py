"""Every query of docs/sql-recipes.md on the sample company: it gives rows, and the columns the page says."""

from __future__ import annotations

import re

import duckdb
import pytest

from tests.recipes import PAGE, RECIPES


def test_the_page_answers_twenty_five_questions_with_a_query_each() -> None:
    assert [int(question.split(".")[0]) for question in RECIPES] == list(range(1, 26))
    assert PAGE.count("```sql") == 25


@pytest.mark.parametrize("question", RECIPES)
def test_a_recipe_gives_rows_with_the_columns_that_its_caption_names(
    sample_warehouse: duckdb.DuckDBPyConnection, question: str
) -> None:
    (caption,) = re.findall(r"^Columns: (.+)$", RECIPES[question]["words"], re.MULTILINE)
    result = sample_warehouse.execute(RECIPES[question]["sql"])
    names = [column[0] for column in result.description or []]
    rows = result.fetchall()
    assert names == caption.split(", ")
    assert rows
    for position, name in enumerate(names):
        assert any(row[position] is not None for row in rows), f"{name} is never given"


@pytest.mark.parametrize("question", RECIPES)
def test_a_recipe_reads_published_marts_only(question: str) -> None:
    schemas = set(re.findall(r"\b(?:from|join)\s+([a-z]+)\.", RECIPES[question]["sql"]))
    assert schemas
    assert schemas <= {"core", "kpi", "analysis", "quality"}
