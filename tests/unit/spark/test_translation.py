"""What is written in DuckDB's SQL and asked of Spark calls, once translated, nothing that Spark does not know."""

from __future__ import annotations

import pytest

from dagster_project.defs.analysis import ANALYSES
from dagster_project.defs.gates import EXPECTATIONS, GATED_LAYERS
from dagster_project.quality.suites import load_suites
from dagster_project.report.datasets import fact_queries
from dagster_project.spark.translation import translated
from tests.unit.test_portable_sql import KNOWN, bare_text, called

ASKED = {
    **{
        f"expectation {suite.layer}.{suite.table}, {expectation.check}": query
        for layer in GATED_LAYERS
        for suite in load_suites(EXPECTATIONS, layer)
        for expectation in suite.expectations
        if (query := suite.query(expectation)) is not None
    },
    **{f"analysis {it.name}, {name}": query for it in ANALYSES for name, query in it.inputs.items()},
    **{f"report/sql/facts/{name}.sql": query for name, query in fact_queries().items()},
}


def test_everything_asked_of_spark_calls_functions_that_spark_has() -> None:
    asked = {where: bare_text(translated(query)) for where, query in ASKED.items()}
    unknown = {(function, where) for where, sql in asked.items() for function in called(sql) - KNOWN}
    assert not unknown, "say it otherwise, or translate it in dagster_project/spark/translation.py"


@pytest.mark.parametrize(
    ("here", "there"),
    [
        # sqlglot gives Monday 3.
        ("isodow(x)", "(WEEKDAY(x) + 1)"),
        # Spark counts whole days, DuckDB midnights.
        ("date_diff('day', a, b)", "(DATEDIFF(DAY, DATE_TRUNC('DAY', a), DATE_TRUNC('DAY', b)))"),
        # A decimal would keep six digits of a third.
        ("1.0 / 3", "1.0D / 3"),
        ("timezone(zone, timezone('UTC', x))", "(CONVERT_TIMEZONE('UTC', zone, CAST(x AS TIMESTAMP_NTZ)))"),
        ("to_days(2) + to_hours(3)", "MAKE_DT_INTERVAL(2) + (MAKE_DT_INTERVAL(0, 3))"),
        ("to_minutes(n)", "(MAKE_DT_INTERVAL(0, 0, n))"),
        ("regexp_full_match(k, '[0-9a-f]{32}')", "(k RLIKE CONCAT('^(', '[0-9a-f]{32}', ')$'))"),
        ("k = $1", "k = :p1"),
    ],
)  # fmt: skip
def test_what_sqlglot_leaves_or_gets_wrong_is_put_right(here: str, there: str) -> None:
    assert translated(f"select {here}") == f"SELECT {there}"


def test_qualify_keeps_the_names_of_its_tables() -> None:
    # As a subquery, which sqlglot writes for Spark, `a.x` is not known any more.
    sql = translated("select a.x from t as a qualify count(*) over (partition by a.x) > 1")
    assert sql == "SELECT a.x FROM t AS a QUALIFY COUNT(*) OVER (PARTITION BY a.x) > 1"
