"""Sentiment by model and by lexicon; what is not supported is not guessed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from dagster_project.config import PROJECT_ROOT
from dagster_project.texts.english.features import features
from dagster_project.texts.lexicon import Lexicon, Term
from dagster_project.texts.sentiment import Classifier
from tests.reference.reading import read_seed

GERMAN = [
    {"language": "de", "term": "Zufrieden", "role": "term", "valence": "2"},
    {"language": "de", "term": "viel zu spät", "role": "term", "valence": "-2"},
    {"language": "de", "term": "nicht", "role": "negation", "valence": ""},
]


@pytest.fixture(scope="module")
def shipped() -> Classifier:
    return Classifier(read_seed(PROJECT_ROOT / "seeds" / "sentiment_terms.csv"))


@pytest.mark.parametrize(
    ("text", "language", "sentiment"),
    [
        ("I love it, great service!", "en", "positive"),
        ("Worst service I have had in years, very disappointed.", "en", "negative"),
        ("The shop is open on Monday at nine.", "en", "neutral"),
        ("非常满意，客服很耐心。", "zh", "positive"),
        ("太失望了，再也不买了。", "zh", "negative"),
        ("我周一给他们写了信。", "zh", "neutral"),
        ("不满意", "zh", "negative"),
    ],
)
def test_plain_words_are_understood(shipped: Classifier, text: str, language: str, sentiment: str) -> None:
    found, score = shipped.sentiment_of(text, language)
    assert found == sentiment
    assert score is not None
    assert -1 <= score <= 1


@pytest.mark.parametrize("language", ["de", None])
def test_a_language_without_terms_is_not_guessed(shipped: Classifier, language: str | None) -> None:
    assert shipped.sentiment_of("Toll, I love it! 好评", language) == (None, None)


def test_a_language_is_supported_once_its_owner_adds_terms() -> None:
    classifier = Classifier(GERMAN)
    # 2 / (2 + 1); -2 x 0.7 / (1.4 + 1), the negation turns it round; -2 / (2 + 1), a phrase.
    assert classifier.sentiment_of("Sehr zufrieden", "de") == ("positive", pytest.approx(2 / 3))
    assert classifier.sentiment_of("Ich bin nicht zufrieden.", "de") == ("negative", pytest.approx(-1.4 / 2.4))
    assert classifier.sentiment_of("Es kam viel zu spät", "de") == ("negative", pytest.approx(-2 / 3))
    assert classifier.sentiment_of("Unzufriedenheit", "de") == ("neutral", 0)


def test_terms_of_english_take_the_place_of_its_model() -> None:
    classifier = Classifier([{"language": "en", "term": "mellow", "role": "term", "valence": "1"}])
    assert classifier.sentiment_of("I hate it, terrible", "en") == ("neutral", 0)


def test_a_negation_ends_with_its_clause_and_the_longest_term_counts() -> None:
    chinese = Lexicon("zh", [Term("好", 1), Term("不", None), Term("不好", -2), Term("大好", 3), Term("好像", 0)])
    assert chinese.score("不，好") == pytest.approx(1 / 2)
    assert chinese.score("不大好") == pytest.approx(-2.1 / 3.1)
    assert chinese.score("不好") == pytest.approx(-2 / 3)
    assert chinese.score("好像") == 0


def test_the_model_sees_words_negations_and_pairs_and_no_names() -> None:
    assert features("@Ann_1 isn't good!") == {
        "@user",
        "isn't",
        "NOT_good",
        "NOT_!",
        "@user isn't",
        "isn't good",
        "good !",
    }
    assert features("https://shop.example/x") == {"http"}


def test_a_score_is_the_same_to_the_last_digit_in_every_process() -> None:
    # Features are a set, whose order changes with the seed of a process; sums in that order differed.
    text = "I really loved this lamp, but the delivery was never on time and nobody answered me for two weeks"
    score = f"from dagster_project.texts.english.model import sentiment_of; print(sentiment_of({text!r}))"
    told = {
        subprocess.run(
            [sys.executable, "-c", score],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(6)
    }
    assert len(told) == 1
