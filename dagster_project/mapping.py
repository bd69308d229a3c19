"""What a mapping reads of its source: the columns behind names and expressions, and whether they are there.

How a mapping becomes SQL is the business of raw.py.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import sqlglot
from sqlglot import exp

from dagster_project.config import Source
from dagster_project.contract import ENTITIES
from dagster_project.expressions import fault_of
from dagster_project.landing import LINEAGE
from dagster_project.source_config.mapping import EntityMapping, InstantColumn, MappedValue


class MappingError(Exception):
    """A mapping cannot be applied to the columns that are there."""


class FileColumns(Protocol):
    """A file of a stream, landed or new."""

    @property
    def file(self) -> str: ...
    @property
    def columns(self) -> tuple[str, ...]: ...


def source_columns(value: MappedValue, *, where: str) -> list[str]:
    """Name the source columns that a mapped value reads.

    Raises:
        MappingError: an expression is not one SQL expression over the columns of a row.
    """
    if isinstance(value, str):
        return [value]
    if isinstance(value, InstantColumn):
        return [value.column]
    try:
        trees = sqlglot.parse(value.sql, dialect="duckdb")
    except Exception as error:  # its parser fails in ways of its own on what is no SQL
        details = getattr(error, "errors", None)
        reason = details[0]["description"] if details else str(error.__context__ or error)
        raise MappingError(f"{where}: {value.sql!r} is not a DuckDB SQL expression: {reason}") from None
    tree = trees[0] if len(trees) == 1 else None
    if tree is None or tree.find(exp.Query, exp.Subquery, exp.Table, exp.Command):
        raise MappingError(f"{where}: {value.sql!r} must be one expression over the row's own columns, not a query")
    fault = fault_of(value.sql)
    if fault:
        raise MappingError(f"{where}: {value.sql!r} {fault}")
    names = [column.parts[0].name for column in tree.find_all(exp.Column)]
    return [name for name in dict.fromkeys(names) if name not in LINEAGE]


def check_file(source: Source, stream: str, file: str, columns: Sequence[str]) -> None:
    """Check that one file has the columns that required columns of the contract are mapped from.

    Raises:
        MappingError: it has not; the message lists the columns there are.
    """
    for entity, mapping, where in _mappings(source, stream):
        required = {name: value for name, value in mapping.columns.items() if name in ENTITIES[entity].required}
        _demand(required, columns, where=where, inside=file)


def mapped_columns(source: Source, stream: str) -> list[str]:
    """Name the columns of a stream that mappings read, each once."""
    values = [
        value
        for _, mapping, _ in _mappings(source, stream)
        for value in [*mapping.columns.values(), *([mapping.where] if mapping.where else [])]
    ]
    return list(dict.fromkeys(name for value in values for name in source_columns(value, where=source.name)))


def _mappings(source: Source, stream: str) -> Iterable[tuple[str, EntityMapping, str]]:
    for entity, mappings in source.entities.items():
        for mapping in mappings:
            if mapping.from_ == stream:
                yield entity, mapping, f"source {source.name}, entity {entity}, from {stream}"


def _demand(mapped: Mapping[str, MappedValue], columns: Sequence[str], *, where: str, inside: str) -> None:
    present = {column.casefold() for column in columns}
    for target, value in mapped.items():
        for name in source_columns(value, where=f"{where}, column {target}"):
            if name.casefold() not in present:
                near = difflib.get_close_matches(name, columns, n=1)
                hint = f" Did you mean {near[0]!r}?" if near else ""
                raise MappingError(
                    f"{where}, column {target}: there is no column {name!r} in {inside}.{hint} "
                    f"There are: {', '.join(columns) or 'none'}. "
                    "Mend the mapping, or the delimiter if the list looks odd."
                )


def check_stream(mapping: EntityMapping, files: Sequence[FileColumns], *, where: str) -> list[str]:
    """Check that each mapped column is in at least one file of the stream.

    Returns:
        Warnings: the files that lack a column which others have, so that it is NULL for their rows.

    Raises:
        MappingError: a mapped column is in no file, which a misspelt one is; the message lists the columns there are.
    """
    everywhere = list(dict.fromkeys(column for file in files for column in file.columns))
    mapped = dict(mapping.columns)
    if mapping.where:
        mapped["where"] = mapping.where
    _demand(mapped, everywhere, where=where, inside=f"any of its {len(files)} file(s)")
    warnings = []
    for file in files:
        present = {column.casefold() for column in file.columns}
        names = [n for t, v in mapped.items() for n in source_columns(v, where=where) if n.casefold() not in present]
        if names:
            warnings.append(f"{where}: {file.file} has no column {', '.join(dict.fromkeys(names))}; NULL for its rows")
    return warnings
