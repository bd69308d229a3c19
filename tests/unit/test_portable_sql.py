"""Every model compiles for Spark, and calls there nothing that Spark does not know. No Spark is needed for that."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_project.config import PROJECT_ROOT

DBT_PROJECT = PROJECT_ROOT / "dbt_project"
KNOWN = {
    line
    for line in (PROJECT_ROOT / "tests" / "spark_functions.txt").read_text(encoding="utf-8").split("\n")
    if line and not line.startswith("#")
} | {
    "timestampadd",  # of its grammar, not of its list
    *("in_duckdb", "keyed_pseudonym"),  # ours: dagster_project/spark/functions.py
}
# dbt-spark asks whether pyspark is there, and uses it only when it connects.
COMPILE = """
import sys, types
sys.modules.setdefault("pyspark", types.ModuleType("pyspark"))
from dbt.cli.main import dbtRunner
outcome = dbtRunner().invoke(sys.argv[1:])
sys.exit(0 if outcome.success else str(outcome.exception or [it.message for it in outcome.result if it.message]))
"""
KEYWORDS = set(
    """
    all and as between by case cast distinct else end except exists filter from group grouping having in inner intersect
    interval is join lateral left like not on or over partition qualify recursive select sets then try_cast union
    unpivot using values when where with within
    """.split()  # noqa: SIM905  # a list of words is read more easily
)
# Spark's parser refuses them, or reads them as something else.
DUCKDB_ONLY = {
    "//": "whole_quotient",
    r"\bvarchar\b(?!\s*\()": "string",
    r"\bignore nulls\s*\)": "last_known, first_known",
    r"\bexclude\s*\(": "except",
    r"\w\[-?\d": "list_element",
    r"\basof\b": "a join by equality",
    r"\barg_m(ax|in)\s*\(": "max_by, min_by",
}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The SQL of every model, as Spark is given it, without comments and with empty literals."""
    target = tmp_path_factory.mktemp("target")
    places = {"project-dir": DBT_PROJECT, "profiles-dir": DBT_PROJECT, "target-path": target, "log-path": target}
    folders = [f"--{name}={folder}" for name, folder in places.items()]
    variables = {"reporting_time_zone": "Europe/Berlin", "as_of": "2026-07-01 00:00:00"}
    command = ["--quiet", "compile", "--no-introspect", "--no-populate-cache", "--target", "spark", *folders]
    run = subprocess.run(
        [sys.executable, "-c", COMPILE, *map(str, command), "--vars", json.dumps(variables)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    files = list((target / "compiled" / "careloop").rglob("*.sql"))
    return {file.relative_to(target / "compiled" / "careloop").as_posix(): bare(file) for file in files}


def bare(file: Path) -> str:
    return bare_text(re.sub(r"--[^\n]*", "", file.read_text(encoding="utf-8")))


def bare_text(text: str) -> str:
    return re.sub(r"'(?:[^'\\]|\\.|'')*'", "''", text, flags=re.DOTALL)


def called(sql: str) -> set[str]:
    """Names before a parenthesis, but for CTEs and the column lists of aliases."""
    names = {name.lower() for name in re.findall(r"\b([a-z_]\w*)\s*\(", sql, re.IGNORECASE)}
    ctes = {name.lower() for name in re.findall(r"\b([a-z_]\w*)\s+as\s*\(", sql, re.IGNORECASE)}
    aliases = {name.lower() for name in re.findall(r"\bas\s+([a-z_]\w*)\s*\(", sql, re.IGNORECASE)}
    return names - ctes - aliases - KEYWORDS


def test_every_model_and_test_compiles_for_spark(compiled: dict[str, str]) -> None:
    models = {path.relative_to(DBT_PROJECT).as_posix() for path in (DBT_PROJECT / "models").rglob("*.sql")}
    assert models <= compiled.keys()
    assert all(sql.strip() for sql in compiled.values())


def test_what_spark_is_given_calls_functions_that_spark_has(compiled: dict[str, str]) -> None:
    unknown = {(function, file) for file, sql in compiled.items() for function in called(sql) - KNOWN}
    assert not unknown, "wrap it in a dispatched macro (dbt_project/macros/portable)"


@pytest.mark.parametrize("pattern", DUCKDB_ONLY)
def test_what_spark_is_given_is_no_syntax_of_duckdb_alone(compiled: dict[str, str], pattern: str) -> None:
    found = sorted(file for file, sql in compiled.items() if re.search(pattern, sql, re.IGNORECASE))
    assert not found, f"instead: {DUCKDB_ONLY[pattern]}"


def test_a_function_of_one_engine_alone_is_noticed() -> None:
    sql = "with days as (select epoch_us(at) from t) select count(*) from days inner join range(3) as hours (position)"
    assert called(sql) - KNOWN == {"epoch_us"}
