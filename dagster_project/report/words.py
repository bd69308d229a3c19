"""The words of the pages: one catalogue a language, `strings/<language>.yml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dagster_project.yaml_file import read_declared

STRINGS = Path(__file__).with_name("strings")
LANGUAGES = ("en", "zh")


def catalogues() -> dict[str, dict[str, str]]:
    """Read every catalogue: text by dotted key, such as `title.flow`."""
    return {language: _flat(read_declared(STRINGS / f"{language}.yml")) for language in LANGUAGES}


def _flat(words: dict[Any, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in words.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": str(value)}
    return flat
