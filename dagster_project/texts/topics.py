"""Topic rules as patterns that the engine looks for.

seeds/topic_rules.csv: a word or phrase per row and language; `*` at its end stands for any ending. Letter case does not
matter; in languages written with spaces a phrase is found between other words only, not inside one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from dagster_project.texts.lexicon import UNSPACED


def topic_patterns(rules: Iterable[Mapping[str, str]]) -> dict[tuple[str, str], str]:
    """Return one pattern, in RE2's syntax, for each language and topic, in order."""
    phrases: dict[tuple[str, str], list[str]] = {}
    for rule in rules:
        phrases.setdefault((rule["language"], rule["topic"]), []).append(rule["phrase"])
    return {key: _pattern(key[0], phrases[key]) for key in sorted(phrases)}


def _pattern(language: str, phrases: list[str]) -> str:
    alternatives = "|".join(map(_phrase, sorted(phrases)))
    if language in UNSPACED:
        return f"(?i)(?:{alternatives})"
    return rf"(?i)(?:^|[^\pL\pN])(?:{alternatives})(?:$|[^\pL\pN])"


def _phrase(phrase: str) -> str:
    words = re.escape(phrase.removesuffix("*").strip()).replace(r"\ ", r"\s+")
    return words + (r"[\pL\pN]*" if phrase.endswith("*") else "")
