"""How well and how fast sentiment is told: `make sentiment` prints the table of docs/text.md.

The labelled sets stay beside the project. One half of each, by a hash of the text, was looked at while methods and
thresholds were chosen; what is reported is the other half, and all for comparison.
"""

from __future__ import annotations

import csv
import hashlib
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from dagster_project.config import PROJECT_ROOT
from dagster_project.texts.language import languages_of
from dagster_project.texts.sentiment import Classifier

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "sentiment"
SETS = {"en": "english_tweets.csv", "zh": "chinese_hotel_reviews.csv"}


class Labelled(NamedTuple):
    text: str
    sentiment: str
    is_held_out: bool


class Score(NamedTuple):
    """Of texts: how many, share that is right, mean of the F1 of the labels that occur, texts a second of CPU time."""

    texts: int
    accuracy: float
    macro_f1: float
    texts_per_second: float


def read_set(language: str, folder: Path = FOLDER) -> list[Labelled]:
    with (folder / SETS[language]).open(encoding="utf-8", newline="") as file:
        rows = [(row["text"], row["label"]) for row in csv.DictReader(file)]
    return [
        Labelled(text, label, int(hashlib.md5(text.encode()).hexdigest(), 16) % 2 == 1) for text, label in rows if text
    ]


def shipped(language: str) -> Callable[[str], str | None]:
    with (PROJECT_ROOT / "seeds" / "sentiment_terms.csv").open(encoding="utf-8", newline="") as file:
        classifier = Classifier(csv.DictReader(file))
    return lambda text: classifier.sentiment_of(text, language)[0]


def vader() -> Callable[[str], str]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyser = SentimentIntensityAnalyzer()

    def tell(text: str) -> str:
        compound = analyser.polarity_scores(text)["compound"]
        return "positive" if compound >= 0.05 else "negative" if compound <= -0.05 else "neutral"

    return tell


def measure(tell: Callable[[str], str | None], texts: Sequence[Labelled]) -> Score:
    """Score a method; neutral is a wrong answer where the set has no neutral texts."""
    from sklearn.metrics import accuracy_score, f1_score

    tell(texts[0].text)  # reads the model
    began = time.process_time()
    told = [tell(it.text) or "unclassified" for it in texts]
    seconds = time.process_time() - began
    truth = [it.sentiment for it in texts]
    macro_f1 = f1_score(truth, told, labels=sorted(set(truth)), average="macro")
    return Score(len(texts), accuracy_score(truth, told), macro_f1, len(texts) / seconds)


def main() -> None:
    if not FOLDER.exists():
        sys.exit(f"{FOLDER}: the labelled sets are not here")
    print(f"{'language':10}{'method':10}{'texts':>18}{'accuracy':>10}{'macro-F1':>10}{'texts/s':>10}")
    for language, method, tell in (
        ("en", "VADER", vader()),
        ("en", "Careloop", shipped("en")),
        ("zh", "Careloop", shipped("zh")),
    ):
        texts = read_set(language)
        for part, chosen in (("held out", [it for it in texts if it.is_held_out]), ("all", texts)):
            score = measure(tell, chosen)
            figures = f"{score.accuracy:10.3f}{score.macro_f1:10.3f}{score.texts_per_second:10,.0f}"
            print(f"{language:10}{method:10}{part + ' ' + str(score.texts):>18}{figures}")
    for language in SETS:
        texts = [it.text for it in read_set(language)]
        languages_of(texts[:10], [None] * 10)
        began = time.process_time()
        found = languages_of(texts, [None] * len(texts))
        rate = len(texts) / (time.process_time() - began)
        right = found.count(language) / len(texts)
        print(f"{language:10}language of untagged texts: {right:.1%} right, {rate:,.0f} texts/s")


if __name__ == "__main__":
    main()
