"""The words of the pages: one catalogue a language, `strings/<language>.yml`, and the owner's names of topics."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from dagster_project.config import PROJECT_ROOT
from dagster_project.yaml_file import read_declared

STRINGS = Path(__file__).with_name("strings")
LANGUAGES = ("en", "zh")
TOPICS = PROJECT_ROOT / "seeds" / "topics.csv"
TOPIC_NAMES = {"en": "name", "zh": "name_zh"}


def catalogues() -> dict[str, dict[str, str]]:
    """Read every catalogue: text by dotted key, such as `title.flow` or `topic.delivery`."""
    with TOPICS.open(encoding="utf-8", newline="") as file:
        topics = list(csv.DictReader(file))
    return {
        language: _flat(read_declared(STRINGS / f"{language}.yml"))
        | {f"topic.{it['topic']}": it[TOPIC_NAMES[language]] for it in topics}
        for language in LANGUAGES
    }


def _flat(words: dict[Any, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in words.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": str(value)}
    return flat
