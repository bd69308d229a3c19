"""From the records of answers to rows in a file: fields of the parent, one row an element, kinds of values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dlt.common import jsonpath

from dagster_project.source_config.rest import ANSWER, Explode, Resource
from dagster_project.sources.decoding import MARK
from dagster_project.sources.errors import SourceError
from dagster_project.sources.rest.credentials import Credentials

_KINDS = {str: "text", bool: "boolean", int: "number", float: "number", list: "list", dict: "object"}


class Rows:
    """Writes the rows of one resource as JSON Lines, so that memory holds a page only."""

    def __init__(self, file: Path, resource: Resource, credentials: Credentials) -> None:
        self.file = file
        self.count = 0
        self._out = file.open("wb")
        self._credentials = credentials
        self._omitted = frozenset(resource.omit)
        self._explode = _Exploding(resource.explode) if resource.explode else None
        self._from_answer = {
            name: jsonpath.compile_path(path.replace(ANSWER, "$", 1))
            for name, path in resource.include.items()
            if path.startswith(ANSWER)
        }
        self._kinds: dict[str, set[str]] = {}

    @property
    def kinds(self) -> dict[str, str]:
        """Column → kind of its values, of columns that hold any; several kinds are joined."""
        return {name: " or ".join(sorted(kinds)) for name, kinds in self._kinds.items()}

    def write(self, answer: Any, records: list[dict[str, Any]], included: dict[str, str | None]) -> None:
        """Write the records of one answer, with fields of their parent.

        Raises:
            SourceError: an included or exploded column has the name of a field.
        """
        told = {name: next(iter(jsonpath.find_values(path, answer)), None) for name, path in self._from_answer.items()}
        # A loop over records: they come as Python objects, and go to a file at once.
        for whole in records:
            record = {name: value for name, value in whole.items() if name not in self._omitted}
            for row in self._rows_of({**record, **_apart(record, {**included, **told})}):
                for name, value in row.items():
                    if value is not None:
                        self._kinds.setdefault(name, set()).add(_KINDS[type(value)])
                line = json.dumps(_in_one_order(row), ensure_ascii=False, separators=(",", ":"))
                self._out.write(self._credentials.hide_in_data(line).encode("utf-8", MARK) + b"\n")
                self.count += 1

    def _rows_of(self, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        return self._explode.rows_of(record) if self._explode else iter([record])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.close()


class _Exploding:
    def __init__(self, explode: Explode) -> None:
        self._name = explode.name
        self._path = jsonpath.compile_path(explode.path)
        self._names_the_list = "*" not in explode.path

    def rows_of(self, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        elements = jsonpath.find_values(self._path, record)
        if self._names_the_list and len(elements) == 1:
            elements = elements[0] if isinstance(elements[0], list) else [] if elements[0] is None else elements
        if not elements:
            yield record
        for position, element in enumerate(elements, start=1):
            yield {**record, **_apart(record, {self._name: element, f"{self._name}_position": position})}


def _apart(record: dict[str, Any], added: dict[str, Any]) -> dict[str, Any]:
    taken = [name for name in added if name in record]
    if taken:
        raise SourceError(
            f"a record has a field {taken[0]!r} of its own; choose another name in `include` or `explode`"
        )
    return added


def _in_one_order(row: dict[str, Any]) -> dict[str, Any]:
    """Sort the keys of nested values: a server may write them in another order each time, and nothing has changed."""
    return {
        name: json.loads(json.dumps(value, sort_keys=True)) if isinstance(value, dict | list) else value
        for name, value in row.items()
    }
