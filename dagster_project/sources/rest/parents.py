"""The parents of a child resource: which records it is asked for, and what of them its rows bear."""

from __future__ import annotations

import glob
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
from dlt.common import jsonpath

from dagster_project.quoting import identifier, literal
from dagster_project.source_config.live import DELETED_COLUMN
from dagster_project.source_config.rest import ANSWER, Resource
from dagster_project.sources.errors import SourceError
from dagster_project.sources.live import Changes
from dagster_project.sources.rest.templates import places

_BATCH_ROWS = 1_000


@dataclass(frozen=True)
class Asked:
    """One parent: values for the places in a child's request, and columns for its rows."""

    values: dict[str, str]
    included: dict[str, str | None]


def parents_of(connection: duckdb.DuckDBPyConnection, resource: Resource, changes: Changes) -> Iterator[Asked]:
    """Give each new or changed parent once, in the order of their rows; those that are deleted have no children.

    Raises:
        SourceError: a field of the parent that the request needs is missing.
    """
    prefix = f"{resource.parent}."
    named = {name: name.removeprefix(prefix) for name in places([resource.path, resource.params, resource.body])}
    needed = {place: path for place, path in named.items() if place.startswith(prefix)}
    included = {name: path for name, path in resource.include.items() if not path.startswith(ANSWER)}
    if not changes.rows:
        return
    columns = {path: _column(path, changes, resource) for path in [*needed.values(), *included.values()]}
    names = list(dict.fromkeys(columns.values()))
    alive = f"where {identifier(DELETED_COLUMN)} is distinct from 'true'" if DELETED_COLUMN in changes.columns else ""
    found = connection.execute(
        f"select {', '.join(map(identifier, names)) or 'null'} from "
        f"read_parquet({literal(glob.escape(str(changes.file)))}, file_row_number = true) "
        f"{alive} group by all order by min(file_row_number)"
    )
    while rows := found.fetchmany(_BATCH_ROWS):
        for row in rows:
            record = dict(zip(names, row, strict=False))
            values = {path: _value(path, column, record) for path, column in columns.items()}
            missing = [path for path in needed.values() if values[path] is None]
            if missing:
                raise SourceError(f"a record of {resource.parent!r} has no {missing[0]!r}, which this one is asked by")
            yield Asked(
                {place: str(values[path]) for place, path in needed.items()},
                {name: values[path] for name, path in included.items()},
            )


def _column(path: str, changes: Changes, resource: Resource) -> str:
    name = path.partition(".")[0]
    for column in changes.columns:
        if path.casefold() == column.casefold():
            return column
    for column in changes.columns:
        if name.casefold() == column.casefold():
            return column
    raise SourceError(f"records of {resource.parent!r} have no field {name!r}; there are {', '.join(changes.columns)}")


def _value(path: str, column: str, record: dict[str, Any]) -> str | None:
    text: str | None = record[column]
    if text is None or path.casefold() == column.casefold():
        return text
    try:
        found = jsonpath.find_values(path.partition(".")[2], json.loads(text, parse_int=str, parse_float=str))
    except ValueError:
        return None
    value = next(iter(found), None)
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
