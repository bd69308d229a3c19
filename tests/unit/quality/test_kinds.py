"""Every kind of expectation, against tables that fulfil and that violate it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dagster_project.quality.gate import CheckResult
from dagster_project.quality.kinds import KINDS

Check = Callable[..., dict[str, CheckResult]]

# Two share their colour, one has no a, one no b.
ROWS = """
create table core.ticket as
select * from (values
    ('K1', 1, 1, 'red', null), ('K2', 2, 1, 'red', null), ('K3', null, 3, 'blue', null), ('K4', 4, null, 'green', null)
) as t(ticket_key, a, b, colour, nothing);
"""
NO_ROWS = ROWS + "delete from core.ticket;"

# kind, arguments fulfilled by ROWS, arguments violated by it, then of the violation: observed, allowed, the keys
CASES = [
    (
        "unexpected_rows_expectation",
        {"unexpected_rows_query": "select * from {batch} where a > 4"},
        {"unexpected_rows_query": "select * from {batch} where a > 1;"},
        "2 rows",
        "no rows",
        ["K2", "K4"],
    ),
    ("expect_column_values_to_not_be_null", {"column": "colour"}, {"column": "a"}, "1 of 4 rows", "not null", ["K3"]),
    (
        "expect_column_values_to_be_null",
        {"column": "nothing"},
        {"column": "a"},
        "3 of 4 rows",
        "null",
        ["K1", "K2", "K4"],
    ),
    ("expect_column_values_to_be_unique", {"column": "a"}, {"column": "colour"}, "2 rows", "unique", ["K1", "K2"]),
    (
        "expect_compound_columns_to_be_unique",
        {"column_list": ["colour", "a"]},
        {"column_list": ["colour", "b"]},
        "2 rows",
        "unique together: colour, b",
        ["K1", "K2"],
    ),
    (
        "expect_column_values_to_be_in_set",
        {"column": "colour", "value_set": ["red", "blue", "green"]},
        {"column": "colour", "value_set": ["red", "it's"]},
        "2 of 4 rows",
        "one of red, it's",
        ["K3", "K4"],
    ),
    (
        "expect_column_values_to_be_between",
        {"column": "a", "min_value": 1, "max_value": 4},
        {"column": "a", "min_value": 1, "strict_min": True, "max_value": 3},
        "2 of 3 rows",  # the null is not looked at
        "above 1 and at most 3",
        ["K1", "K4"],
    ),
    (
        "expect_column_value_lengths_to_be_between",
        {"column": "colour", "max_value": 5},
        {"column": "colour", "min_value": 4},
        "2 of 4 rows",
        "length at least 4",
        ["K1", "K2"],
    ),
    (
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": "a", "column_B": "b", "or_equal": True},
        {"column_A": "a", "column_B": "b"},
        "1 of 4 rows",
        "a > b",
        ["K1"],
    ),
    (
        "expect_column_mean_to_be_between",
        {"column": "a", "min_value": 2, "max_value": 3},
        {"column": "a", "max_value": 2},
        "2.33333",
        "mean at most 2",
        None,
    ),
    (
        "expect_column_sum_to_be_between",
        {"column": "a", "min_value": 7, "max_value": 7},
        {"column": "a", "min_value": 8},
        "7",
        "sum at least 8",
        None,
    ),
    (
        "expect_column_unique_value_count_to_be_between",
        {"column": "colour", "max_value": 3},
        {"column": "colour", "max_value": 2},
        "3",
        "number of distinct values at most 2",
        None,
    ),
    (
        "expect_column_proportion_of_non_null_values_to_be_between",
        {"column": "a", "min_value": 0.75},
        {"column": "a", "min_value": 0.8},
        "0.75",
        "share of values that are not null at least 0.8",
        None,
    ),
    (
        "expect_table_row_count_to_be_between",
        {"min_value": 4},
        {"min_value": 5},
        "4",
        "number of rows at least 5",
        None,
    ),
    (
        "expect_column_to_exist",
        {"column": "a"},
        {"column": "absent"},
        "no such column",
        "the column exists",
        None,
    ),
    (
        "expect_table_columns_to_match_set",
        {"column_set": ["ticket_key", "a", "b", "colour", "nothing"]},
        {"column_set": ["ticket_key", "a", "b", "shade", "nothing"]},
        "the columns a, b, colour, nothing, ticket_key",
        "the columns ticket_key, a, b, shade, nothing",
        None,
    ),
]


def _expectation(kind: str, name: str, kwargs: dict[str, object]) -> str:
    return f"""
        - type: {kind}
          name: {name}
          kwargs: {json.dumps(kwargs)}
          severity: critical
          meta: {{risk: Any.}}
    """


@pytest.mark.parametrize(
    ("kind", "fulfilled", "violated", "observed", "allowed", "keys"), CASES, ids=[case[0] for case in CASES]
)
def test_a_kind_passes_fails_counts_and_names_the_violating_rows(
    check: Check,
    kind: str,
    fulfilled: dict[str, object],
    violated: dict[str, object],
    observed: str,
    allowed: str,
    keys: list[str] | None,
) -> None:
    results = check(ROWS, _expectation(kind, "good", fulfilled) + _expectation(kind, "bad", violated))
    assert results["good"].outcome == "passed", results["good"].message
    bad = results["bad"]
    assert (bad.outcome, bad.observed, bad.allowed) == ("failed", observed, allowed), bad.message
    assert [key["ticket_key"] for key in bad.sample_keys] == (keys or [])
    assert bad.unexpected_count == (None if keys is None else len(keys))


def test_every_kind_has_a_case() -> None:
    assert {case[0] for case in CASES} == set(KINDS)


@pytest.mark.parametrize("case", [case for case in CASES if case[5] is not None], ids=lambda case: case[0])
def test_kinds_that_count_rows_hold_on_an_empty_table(check: Check, case: tuple[Any, ...]) -> None:
    (result,) = check(NO_ROWS, _expectation(case[0], "empty", case[2])).values()
    assert (result.outcome, result.unexpected_count, result.unexpected_rate) == ("passed", 0, None)


def test_kinds_that_measure_a_table_say_so_when_it_is_empty(check: Check) -> None:
    mean = _expectation("expect_column_mean_to_be_between", "mean", {"column": "a", "min_value": 0})
    rows = _expectation("expect_table_row_count_to_be_between", "rows", {"min_value": 1})
    results = check(NO_ROWS, mean + rows)
    assert (results["mean"].outcome, results["mean"].observed) == ("failed", "no value")
    assert (results["rows"].outcome, results["rows"].observed) == ("failed", "0")


def test_nulls_do_not_repeat_each_other_but_count_as_a_value_beside_others(check: Check) -> None:
    # Great Expectations' own check of several columns joins them by equality and so never sees K3 and K4.
    sql = """create table core.ticket as select * from (values
        ('K1', null, null), ('K2', null, null), ('K3', 'x', null), ('K4', 'x', null)) as t(ticket_key, a, b)"""
    unique = _expectation("expect_column_values_to_be_unique", "b", {"column": "b"})
    together = _expectation("expect_compound_columns_to_be_unique", "ab", {"column_list": ["a", "b"]})
    results = check(sql, unique + together)
    assert results["b"].outcome == "passed"
    assert [key["ticket_key"] for key in results["ab"].sample_keys] == ["K3", "K4"]


def test_a_tolerated_share_passes_up_to_it_and_not_beyond(check: Check) -> None:
    kind, kwargs = "expect_column_values_to_not_be_null", {"column": "a"}
    three_in_four = _expectation(kind, "three_in_four", kwargs | {"mostly": 0.75})
    more = _expectation(kind, "more", kwargs | {"mostly": 0.76})
    results = check(ROWS, three_in_four + more)
    assert (results["three_in_four"].outcome, results["three_in_four"].unexpected_rate) == ("passed", 0.25)
    assert (results["more"].outcome, results["more"].allowed) == ("failed", "not null, in at least 76 % of the rows")
