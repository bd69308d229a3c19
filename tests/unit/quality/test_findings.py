"""A check that was not made must never look like one that passed, and values of the data must not get out."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from dagster_project.quality.expectations import Suite
from dagster_project.quality.findings import finding
from dagster_project.quality.gate import CheckResult, blocking

Check = Callable[..., dict[str, CheckResult]]

SUITE = Suite.model_validate(
    {
        "layer": "core",
        "table": "ticket",
        "description": "For a test.",
        "expectations": [
            {
                "type": "expect_column_values_to_not_be_null",
                "kwargs": {"column": "ticket_key"},
                "severity": "warning",
                "meta": {"risk": "Any."},
            }
        ],
    }
)
COUNTED = {"element_count": 4, "unexpected_count": 0}


def _answer(success: bool | None, result: dict[str, Any], **info: Any) -> SimpleNamespace:
    return SimpleNamespace(success=success, result=result, exception_info=info)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        _answer(None, COUNTED),
        _answer(True, {}),
        _answer(True, {"element_count": 4, "unexpected_count": None}),
        _answer(True, COUNTED, raised_exception=True, exception_message="broken"),
        _answer(True, COUNTED, metric={"raised_exception": True, "exception_message": "broken"}),
        _answer(True, COUNTED, metric={"raised_exception": True, "exception_message": None}),
    ],
)
def test_an_answer_that_is_missing_or_incomplete_is_an_error_that_blocks(answer: Any) -> None:
    result = finding(duckdb.connect(), SUITE, SUITE.expectations[0], answer)
    assert result.outcome == "error"
    assert blocking([result]) == [result]


def test_a_complete_answer_is_believed() -> None:
    assert finding(duckdb.connect(), SUITE, SUITE.expectations[0], _answer(True, COUNTED)).outcome == "passed"


PERSONAL = """
create table core.ticket as select *
from (values ('T1', 'ada@example.org', '1970-13-45'), ('T2', 'ada@example.org', 'x')) as t(ticket_key, email, born)
"""


def test_no_value_of_the_data_gets_into_a_result_except_the_key(check: Check) -> None:
    results = check(
        PERSONAL,
        """
        - {type: expect_column_values_to_be_unique, kwargs: {column: email}, severity: critical, meta: {risk: Any.}}
        - type: expect_column_values_to_be_in_set
          kwargs: {column: email, value_set: [none@example.org]}
          severity: critical
          meta: {risk: Any.}
        - type: unexpected_rows_expectation
          name: a_row_with_everything
          kwargs: {unexpected_rows_query: "from {batch}"}
          severity: critical
          meta: {risk: Any.}
        - type: unexpected_rows_expectation   # DuckDB's error quotes the address
          name: not_a_number
          kwargs: {unexpected_rows_query: "select ticket_key from {batch} where email::int > 0"}
          severity: critical
          meta: {risk: Any.}
        - type: unexpected_rows_expectation   # and here the date
          name: not_a_date
          kwargs: {unexpected_rows_query: "select ticket_key from {batch} where born::date > date '2000-01-01'"}
          severity: critical
          meta: {risk: Any.}
        """,
    )
    assert {name: result.outcome for name, result in results.items()} == {
        "unique_email": "failed",
        "in_set_email": "failed",
        "a_row_with_everything": "failed",
        "not_a_number": "error",
        "not_a_date": "error",
    }
    assert results["unique_email"].sample_keys == ({"ticket_key": "T1"}, {"ticket_key": "T2"})
    assert "Conversion Error: a value does not fit" in results["not_a_number"].message
    assert "ada@" not in repr(results)
    assert "1970" not in repr(results)
