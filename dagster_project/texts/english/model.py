"""The model at work: weights added up over a text's features."""

from __future__ import annotations

import csv
import gzip
import math
from functools import cache
from pathlib import Path

from dagster_project.texts.english.features import features

WEIGHTS = Path(__file__).with_name("weights.csv.gz")
BIAS = ""  # the feature that every text has


@cache
def _weights() -> dict[str, tuple[float, float]]:
    with gzip.open(WEIGHTS, "rt", encoding="utf-8", newline="") as file:
        return {row["feature"]: (float(row["negative"]), float(row["positive"])) for row in csv.DictReader(file)}


def sentiment_of(text: str) -> tuple[str, float]:
    """Return 'positive', 'neutral' or 'negative', whichever is likeliest, and P(positive) - P(negative).

    Weights are log odds against neutral, so that the probabilities are a softmax of (negative, 0, positive).
    """
    weights = _weights()
    found = [weights[BIAS], *(weights[feature] for feature in features(text) if feature in weights)]
    # Exact sums: the order of a set, which changes from process to process, must not show in the last digit.
    negative, positive = (math.fsum(side) for side in zip(*found, strict=True))
    likeliest = "neutral" if max(negative, positive) <= 0 else "positive" if positive > negative else "negative"
    most = max(negative, positive, 0.0)
    odds = [math.exp(it - most) for it in (negative, 0.0, positive)]
    return likeliest, (odds[2] - odds[0]) / sum(odds)
