"""Topic rules as patterns, looked for by the engine."""

from __future__ import annotations

import duckdb
import pytest

from dagster_project.config import PROJECT_ROOT
from dagster_project.texts.topics import topic_patterns
from tests.reference.reading import read_seed

RULES = [
    {"topic": "billing", "language": "en", "phrase": "VAT"},
    {"topic": "billing", "language": "en", "phrase": "pay"},
    {"topic": "billing", "language": "en", "phrase": "charged  twice".replace("  ", " ")},
    {"topic": "billing", "language": "en", "phrase": "refund*"},
    {"topic": "billing", "language": "zh", "phrase": "发票"},
]


@pytest.mark.parametrize(
    ("language", "text", "is_found"),
    [
        ("en", "the vat number is wrong", True),
        ("en", "Pay!", True),
        ("en", "a payment", False),
        ("en", "prepay", False),
        ("en", "was charged\ntwice", True),
        ("en", "(refunds)", True),
        ("zh", "我的发票呢", True),
        ("zh", "vat", False),
    ],
)
def test_a_phrase_is_found_between_other_words_and_not_inside_one(language: str, text: str, is_found: bool) -> None:
    pattern = topic_patterns(RULES)[language, "billing"]
    assert duckdb.execute("select regexp_matches(?, ?)", [text, pattern]).fetchall() == [(is_found,)]


def test_every_rule_is_of_a_topic_that_is_listed_and_every_topic_has_rules_in_both_languages() -> None:
    seeds = PROJECT_ROOT / "seeds"
    topics = {row["topic"] for row in read_seed(seeds / "topics.csv")}
    rules = {(row["language"], row["topic"]) for row in read_seed(seeds / "topic_rules.csv")}
    assert rules == {(language, topic) for language in ("en", "zh") for topic in topics}
