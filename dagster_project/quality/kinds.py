"""The kinds of expectation a suite may use: those that pass, fail, count and name keys rightly on DuckDB.

What belongs here: each kind's short name (for the names of checks), what its answer holds, and what it allows, in
words. Left out, because a rows query says them better: patterns (they do not work on DuckDB), values not in a set,
equal columns and conditions on rows (Great Expectations' query of the violating rows is wrong for them), smallest or
most frequent values (they would carry values of the data into the record). dbt's contracts see to types. Uniqueness is
asked as a rows query of ours: Great Expectations' own takes three times as long, and overlooks duplicates of several
columns where one of them is null.

Two habits of DuckDB and Great Expectations to know: a null violates only `not_null` and `filled_between`, and NaN
counts as greater than any number, so that only an upper bound catches it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

ROWS_QUERY = "unexpected_rows_expectation"
QUERY = "unexpected_rows_query"
CONDITIONS = {"row_condition", "condition_parser", "ignore_row_if"}
COLUMN_EXISTS = "expect_column_to_exist"


@dataclass(frozen=True)
class Kind:
    """A kind of expectation.

    `answer` is what it finds out: the number of violating 'rows', one 'measure' of the table, or the 'columns' it has.
    `allowed` words what the keyword arguments let pass.
    """

    short_name: str
    answer: Literal["rows", "measure", "columns"]
    allowed: Callable[[Mapping[str, Any]], str]


def _always(words: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda _: words


def _listed(key: str, before: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda kwargs: f"{before} {', '.join(str(value) for value in kwargs.get(key) or ())}"


def _between(before: str = "") -> Callable[[Mapping[str, Any]], str]:
    def words(kwargs: Mapping[str, Any]) -> str:
        lower, upper = kwargs.get("min_value"), kwargs.get("max_value")
        low = None if lower is None else f"{'above' if kwargs.get('strict_min') else 'at least'} {lower}"
        high = None if upper is None else f"{'below' if kwargs.get('strict_max') else 'at most'} {upper}"
        return before + " and ".join(bound for bound in (low, high) if bound)

    return words


def _greater(kwargs: Mapping[str, Any]) -> str:
    return f"{kwargs.get('column_A')} {'>=' if kwargs.get('or_equal') else '>'} {kwargs.get('column_B')}"


def _repeated(relation: str, columns: Sequence[str]) -> str:
    """Select the rows that share their values in these columns with another; those without any value are left out."""
    names = ", ".join(f'"{column}"' for column in columns)
    filled = " or ".join(f'"{column}" is not null' for column in columns)
    same = " and ".join(f'one."{column}" is not distinct from repeated."{column}"' for column in columns)
    return (
        f"with repeated as (select {names} from {relation} where {filled} group by all having count(*) > 1)"
        f" select one.* from {relation} as one semi join repeated on {same}"
    )


# The kinds that run as a query of violating rows: their one argument, and the SQL from the table and its value.
QUERIES: dict[str, tuple[str, Callable[[str, Any], str]]] = {
    ROWS_QUERY: (QUERY, lambda relation, query: str(query).replace("{batch}", relation).rstrip("; \n")),
    "expect_column_values_to_be_unique": ("column", lambda relation, column: _repeated(relation, [column])),
    "expect_compound_columns_to_be_unique": ("column_list", _repeated),
}

KINDS: dict[str, Kind] = {
    ROWS_QUERY: Kind("rows", "rows", _always("no rows")),
    "expect_column_values_to_not_be_null": Kind("not_null", "rows", _always("not null")),
    "expect_column_values_to_be_null": Kind("null", "rows", _always("null")),
    "expect_column_values_to_be_unique": Kind("unique", "rows", _always("unique")),
    "expect_compound_columns_to_be_unique": Kind("unique", "rows", _listed("column_list", "unique together:")),
    "expect_column_values_to_be_in_set": Kind("in_set", "rows", _listed("value_set", "one of")),
    "expect_column_values_to_be_between": Kind("between", "rows", _between()),
    "expect_column_value_lengths_to_be_between": Kind("length_between", "rows", _between("length ")),
    "expect_column_pair_values_a_to_be_greater_than_b": Kind("greater", "rows", _greater),
    "expect_column_mean_to_be_between": Kind("mean_between", "measure", _between("mean ")),
    "expect_column_sum_to_be_between": Kind("sum_between", "measure", _between("sum ")),
    "expect_column_unique_value_count_to_be_between": Kind(
        "distinct_between", "measure", _between("number of distinct values ")
    ),
    "expect_column_proportion_of_non_null_values_to_be_between": Kind(
        "filled_between", "measure", _between("share of values that are not null ")
    ),
    "expect_table_row_count_to_be_between": Kind("row_count_between", "measure", _between("number of rows ")),
    COLUMN_EXISTS: Kind("exists", "columns", _always("the column exists")),
    "expect_table_columns_to_match_set": Kind("columns", "columns", _listed("column_set", "the columns")),
}
