"""What an initiative covers: its scope, read and compared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

DIMENSIONS = ("team", "channel", "segment", "product")


class ScopeError(Exception):
    """A scope that cannot be read; the message says what was found and what is allowed."""


@dataclass(frozen=True)
class Scope:
    """The values in scope by dimension; a dimension that is not named is not restricted."""

    filters: Mapping[str, frozenset[str]]

    def lies_within(self, other: Scope) -> bool:
        """Whether the other covers every case of this one."""
        return all(self.filters.get(name, frozenset([None])) <= values for name, values in other.filters.items())

    def listed(self, dimension: str) -> str | None:
        """Return the values of a dimension as a JSON array in order; None: any."""
        values = self.filters.get(dimension)
        return None if values is None else json.dumps(sorted(values), ensure_ascii=False)


def read_scope(text: str | None, team_names: Mapping[str, str]) -> Scope:
    """Read a JSON object such as `{"team": ["TM-TECH"], "channel": "phone"}`; nothing or `{}` covers everything.

    Args:
        text: the object; each value is a text or an array of texts.
        team_names: name by team key; a team may be given by its key, its id in its source, or its name.

    Raises:
        ScopeError: no JSON object, an unknown dimension, or a value that is no text.
    """
    try:
        given = json.loads(text or "{}")
    except json.JSONDecodeError as error:
        raise ScopeError(f"scope is no JSON: {error}") from None
    if not isinstance(given, dict):
        raise ScopeError(f"scope is no JSON object but {text}")
    unknown = sorted(given.keys() - set(DIMENSIONS))
    if unknown:
        raise ScopeError(f"scope names {', '.join(unknown)}; it can be restricted by {', '.join(DIMENSIONS)}")
    filters = {name: _texts(name, values) for name, values in given.items()}
    if "team" in filters:
        names = {behind: team for key, team in team_names.items() for behind in (key, key.partition(":")[2])}
        filters["team"] = frozenset(names.get(value, value) for value in filters["team"])
    return Scope(filters)


def _texts(name: str, values: object) -> frozenset[str]:
    listed: Iterable[object] = values if isinstance(values, list) else [values]
    texts = [value for value in listed if isinstance(value, str)]
    if not texts or len(texts) != len(list(listed)):
        raise ScopeError(f"scope of {name} is {json.dumps(values)}; expected a text or an array of texts")
    return frozenset(texts)
