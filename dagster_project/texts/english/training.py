"""Learn the weights anew: `python -m dagster_project.texts.english.training FOLDER [--leave-out FILE ...]`.

FOLDER holds the labelled texts as their publishers give them out; docs/text.md says where they come from and under
which licence. Texts that also stand in the column `text` of a file to leave out (those that the model is measured on)
are not learnt from.

    FOLDER/semeval/*-A.txt, *-A.tsv                SemEval-2017 task 4, English, subtask A, gold labels of 2013 to 2016
    FOLDER/semeval2017/test_text.txt, _labels.txt  its test set of 2017, as tweeteval lays it out
    FOLDER/goemotions/{train,dev,test}.tsv         GoEmotions
    FOLDER/vader/{tweets,amazonReviewSnippets}_GroundTruth.txt  ratings of VADER's authors
"""

from __future__ import annotations

import argparse
import csv
import gzip
import html
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from dagster_project.texts.english.features import features
from dagster_project.texts.english.model import BIAS, WEIGHTS

SENTIMENTS = ("negative", "neutral", "positive")
FEWEST_TEXTS = 5  # that a feature must be in
SMALLEST_WEIGHT = 0.03  # a feature whose weights are all smaller changes nothing
INVERSE_REGULARISATION = 0.05
# Emotions of GoEmotions by number, in the order of its labels; confusion, curiosity, realization and surprise are
# neutral.
_POSITIVE_EMOTIONS = frozenset({0, 1, 4, 5, 8, 13, 15, 17, 18, 20, 21, 23})
_NEGATIVE_EMOTIONS = frozenset({2, 3, 9, 10, 11, 12, 14, 16, 19, 24, 25})


class Labelled(NamedTuple):
    """A text, its sentiment, and how much it counts: texts further from what customers write count less."""

    text: str
    sentiment: str
    weight: float


def semeval(folder: Path) -> Iterator[Labelled]:
    for file in sorted((folder / "semeval").glob("*-A.t*")):
        for line in file.read_text(encoding="utf-8", errors="replace").split("\n"):
            fields = [field.strip().strip('"') for field in line.rstrip("\t").split("\t")]
            for sentiment, text in pairwise(fields):
                if sentiment in SENTIMENTS or sentiment.startswith("objective"):
                    yield Labelled(html.unescape(text), sentiment if sentiment in SENTIMENTS else "neutral", 1)
                    break
    texts = (folder / "semeval2017" / "test_text.txt").read_text(encoding="utf-8").split("\n")
    labels = (folder / "semeval2017" / "test_labels.txt").read_text(encoding="utf-8").split()
    for text, label in zip(texts, labels, strict=False):
        yield Labelled(html.unescape(text), SENTIMENTS[int(label)], 1)


def goemotions(folder: Path) -> Iterator[Labelled]:
    for name in ("train", "dev", "test"):
        for line in (folder / "goemotions" / f"{name}.tsv").read_text(encoding="utf-8").splitlines():
            text, numbers, _ = line.split("\t")
            emotions = set(map(int, numbers.split(",")))
            positive, negative = emotions & _POSITIVE_EMOTIONS, emotions & _NEGATIVE_EMOTIONS
            if not (positive and negative):
                yield Labelled(text, "positive" if positive else "negative" if negative else "neutral", 0.6)


def vader(folder: Path) -> Iterator[Labelled]:
    """Mean ratings from -4 to 4; between -0.5 and 0.5 is neutral."""
    for name, weight in (("tweets", 1), ("amazonReviewSnippets", 0.5)):
        file = folder / "vader" / f"{name}_GroundTruth.txt"
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            _, rating, text = line.split("\t")[:3]
            score = float(rating)
            yield Labelled(text, "positive" if score > 0.5 else "negative" if score < -0.5 else "neutral", weight)


def comparable(text: str) -> str:
    """Return letters and digits alone, without names and addresses, so that a copy of a text is known again."""
    return re.sub(r"[^a-z0-9]+", "", re.sub(r"https?://\S+|@\w+", "", html.unescape(text).lower()))


def train(texts: list[Labelled]) -> list[tuple[str, float, float]]:
    """Return features with their weights for negative and positive against neutral, the bias first, by feature.

    Multinomial logistic regression on which features are there; sentiments count alike, however common they are.
    """
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = CountVectorizer(analyzer=features, binary=True, min_df=FEWEST_TEXTS)
    matrix = vectorizer.fit_transform([it.text for it in texts])
    model = LogisticRegression(C=INVERSE_REGULARISATION, class_weight="balanced", max_iter=300, tol=1e-4)
    model.fit(matrix, [it.sentiment for it in texts], sample_weight=[it.weight for it in texts])
    negative, neutral, positive = model.coef_
    learnt = [
        (feature, float(negative[column] - neutral[column]), float(positive[column] - neutral[column]))
        for feature, column in sorted(vectorizer.vocabulary_.items())
    ]
    kept = [row for row in learnt if max(abs(row[1]), abs(row[2])) >= SMALLEST_WEIGHT]
    bias = model.intercept_
    return [(BIAS, float(bias[0] - bias[1]), float(bias[2] - bias[1])), *kept]


def write_weights(rows: list[tuple[str, float, float]], target: Path) -> None:
    """Write the same bytes for the same rows."""
    with target.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as packed:
        lines = ["feature,negative,positive", *(f'"{name}",{low:.3f},{high:.3f}' for name, low, high in rows)]
        packed.write(("\n".join(lines) + "\n").encode())


def main() -> None:
    parser = argparse.ArgumentParser(description="Learn the English sentiment weights anew.")
    parser.add_argument("folder", type=Path, help="labelled texts as docs/text.md describes them")
    parser.add_argument("--leave-out", type=Path, nargs="*", default=[], help="CSV files with a column text")
    arguments = parser.parse_args()
    seen = set()
    for file in arguments.leave_out:
        with file.open(encoding="utf-8", newline="") as opened:
            seen |= {comparable(row["text"]) for row in csv.DictReader(opened)}
    texts = []
    for labelled in (*semeval(arguments.folder), *goemotions(arguments.folder), *vader(arguments.folder)):
        form = comparable(labelled.text)
        if form not in seen:
            seen.add(form)
            texts.append(labelled)
    rows = train(texts)
    write_weights(rows, WEIGHTS)
    print(f"{len(texts)} texts, {len(rows)} weights, {WEIGHTS.stat().st_size} bytes")


if __name__ == "__main__":
    main()
