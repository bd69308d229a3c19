"""Query results as plain Python values, as truth.json holds them."""

from __future__ import annotations

from typing import Any

import duckdb


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """Return every row of a query, by column name."""
    cursor = con.execute(query)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def one(con: duckdb.DuckDBPyConnection, columns: str, relation: str) -> dict[str, Any]:
    """Return the single row of an aggregate, by column name."""
    (row,) = rows(con, f"select {columns} from {relation}")
    return row


def by(con: duckdb.DuckDBPyConnection, group: str, columns: str, relation: str) -> dict[str, dict[str, Any]]:
    """Return the rows of an aggregate for each value of `group`, by that value; not the one for NULL."""
    found = rows(con, f"select {group} as of_what, {columns} from {relation} group by of_what order by of_what")
    return {row.pop("of_what"): row for row in found if row["of_what"] is not None}
