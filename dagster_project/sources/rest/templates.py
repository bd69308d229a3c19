"""Texts with places in braces: `{cursor}`, `{tickets.id}`, `{token}`. Two braces stand for one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from dagster_project.sources.errors import SourceError

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


def places(value: Any) -> list[str]:
    """List the places in a text, or in the texts within lists and mappings."""
    if isinstance(value, str):
        return [found[1] for found in _PIECE.finditer(value) if found[1] is not None]
    if isinstance(value, Mapping):
        return [name for each in value.values() for name in places(each)]
    return [name for each in value for name in places(each)] if isinstance(value, list) else []


def filled(text: str, values: Mapping[str, str], *, in_path: bool = False) -> str:
    """Put values into a text; in a path they are encoded, so that none can lead elsewhere.

    Raises:
        SourceError: there is no value for a place.
    """

    def piece(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return found[0][0]
        if name not in values:
            allowed = ", ".join(f"{{{each}}}" for each in values) or "none"
            raise SourceError(f"{text!r} has a place {{{name}}}, for which there is no value; there are {allowed}")
        return quote(values[name], safe="") if in_path else values[name]

    return _PIECE.sub(piece, text)


def filled_within(value: Any, values: Mapping[str, str]) -> Any:
    """Put values into all texts within lists and mappings."""
    if isinstance(value, str):
        return filled(value, values)
    if isinstance(value, Mapping):
        return {name: filled_within(each, values) for name, each in value.items()}
    return [filled_within(each, values) for each in value] if isinstance(value, list) else value
