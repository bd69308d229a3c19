"""What the model sees of an English text: its words, the words behind a negation, and pairs of neighbours."""

from __future__ import annotations

import re
from itertools import pairwise

_TOKENS = re.compile(
    r"https?://\S+|@\w+|[a-z]+(?:'[a-z]+)?"  # addresses, names, words
    r"|[:;=]['-]?[()\[\]dp/|]+|<3|[!?]+|[\U0001F300-\U0001FAFF\u2600-\u27BF]"  # emoticons, stress, emoji
)
_NEGATIONS = frozenset(
    {"not", "no", "never", "cannot", "without", "hardly", "nothing", "neither", "nor", "nobody", "none"}
)
WORDS_NEGATED = 3


def features(text: str) -> set[str]:
    """Return words, `NOT_` words (within three words behind a negation) and pairs; who and where is left out."""
    words = [_without_names(token) for token in _TOKENS.findall(text.lower().replace("’", "'"))]
    found = set()
    negated = 0
    for word in words:
        found.add("NOT_" + word if negated > 0 else word)
        negated -= 1
        if word in _NEGATIONS or word.endswith("n't"):
            negated = WORDS_NEGATED
    found.update(map(" ".join, pairwise(words)))
    return found


def _without_names(token: str) -> str:
    if token[0] == "@":
        return "@user"
    return "http" if token.startswith("http") else token
