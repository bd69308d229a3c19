"""How two sides are compared: row by row, column by column, both ways, numbers to 1e-6."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import duckdb

TOLERANCE = 1e-6
# A sum of a million minutes is exact to fewer digits than 1e-6 of a minute.
RELATIVE_TOLERANCE = 1e-12
Row = Mapping[str, Any]
Rows = Mapping[tuple[Any, ...], Row]


def rows(warehouse: duckdb.DuckDBPyConnection, relation: str, keys: str, columns: str) -> dict[tuple[Any, ...], Row]:
    """Read a relation's columns by its keys; instants in UTC."""
    result = warehouse.execute(f"select {keys}, {columns} from {relation}")
    names, size = [column[0] for column in result.description], keys.count(",") + 1
    return {row[:size]: dict(zip(names[size:], map(aware, row[size:]), strict=True)) for row in result.fetchall()}


def aware(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def differs(theirs: Any, ours: Any) -> bool:
    if isinstance(theirs, int | float) and isinstance(ours, int | float):
        return abs(theirs - ours) > TOLERANCE + RELATIVE_TOLERANCE * abs(ours)
    return bool(theirs != ours)


def disagreements(theirs: Rows, ours: Rows) -> list[str]:
    """Describe what one side has and the other has not, or has otherwise."""
    found = [f"only the warehouse has {key}: {theirs[key]}" for key in theirs.keys() - ours.keys()]
    found += [f"only the reference has {key}: {ours[key]}" for key in ours.keys() - theirs.keys()]
    for key in theirs.keys() & ours.keys():
        mine = ours[key]
        for name, value in theirs[key].items():
            if value != mine[name] and differs(value, mine[name]):
                found.append(f"{key}: {name} is {value}, by the reference {mine[name]}")
    return sorted(found)


def assert_agree(theirs: Rows, ours: Rows) -> None:
    assert theirs or ours, "neither side has anything to compare"
    found = disagreements(theirs, ours)
    compared = len(theirs.keys() | ours.keys())
    assert not found, f"{len(found)} differences over {compared} rows:\n" + "\n".join(found[:12])
