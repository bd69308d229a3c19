"""Whether a mapping's SQL expression is only that: a value computed from the row, the same whenever it is computed.

DuckDB's own parser and catalog are asked, for what another parser takes for harmless DuckDB might not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import duckdb

# Spelled as columns are.
_CLOCKS = {"current_timestamp", "current_date", "current_time", "localtimestamp", "localtime"}


@cache
def fault_of(expression: str) -> str:
    """Say why an expression may not stand in a mapping, in words; empty where it may.

    It may not be more than one expression, ask a table or file, or call a function whose result is not a matter of
    its arguments alone: one that reads the clock, a setting or a secret, draws a random number, or writes.
    """
    cursor = _engine().cursor()
    (serialized,) = cursor.execute("select json_serialize_sql($1)", [f"select (\n{expression}\n)"]).fetchone() or (
        "{}",
    )
    parsed = json.loads(serialized)
    if parsed.get("error"):
        return f"is not a DuckDB SQL expression: {parsed.get('error_message', 'it cannot be parsed')}"
    nodes = [statement["node"] for statement in parsed["statements"]]
    if len(nodes) != 1 or not _is_bare_select(nodes[0]):
        return "must be one expression over the row's own columns, not a query"
    called = set()
    for part in _parts(nodes[0]["select_list"]):
        if part.get("class") in ("SUBQUERY", "STAR", "WINDOW", "PARAMETER"):
            return f"must be one expression over the row's own columns; found a {part['class'].lower()}"
        if "function_name" in part:
            called.add(part["function_name"])
        if part.get("class") == "COLUMN_REF":
            called |= _CLOCKS & {part["column_names"][-1].lower()}
    unfit = sorted(called & (_unstable_functions() | _CLOCKS))
    return f"calls {', '.join(unfit)}, which is not computed from the row alone" if unfit else ""


def _is_bare_select(node: dict[str, Any]) -> bool:
    return (
        node["type"] == "SELECT_NODE"
        and len(node["select_list"]) == 1
        and node["from_table"]["type"] == "EMPTY"
        and not any(
            node.get(clause) for clause in ("where_clause", "having", "qualify", "group_expressions", "modifiers")
        )
        and not node["cte_map"]["map"]
    )


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _parts(part)


@cache
def _unstable_functions() -> frozenset[str]:
    found = _engine().cursor().execute("select function_name from duckdb_functions() where stability <> 'CONSISTENT'")
    return frozenset(name for (name,) in found.fetchall())


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set enable_external_access = false")
    return connection
