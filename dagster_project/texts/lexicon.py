"""Sentiment by a lexicon: words and phrases with a valence, and words that turn the next one round.

The terms are seeds/sentiment_terms.csv, which the owner edits; a language that has terms there is supported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

# Written without spaces: terms are found wherever they stand, the longest first.
UNSPACED = frozenset({"zh", "ja", "th"})
# What a negation leaves of a valence, turned round: "not good" is less bad than "good" is good.
NEGATED = -0.7
_CLAUSE_END = frozenset("，。！？；：、,.!?;:~…\n")
_UNITS = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|[^\w\s]|\n")


class Term(NamedTuple):
    """A word or phrase in lower case; `valence` from -3 to 3, None for a negation."""

    text: str
    valence: float | None


class Lexicon:
    """The terms of one language, ready to be looked for."""

    def __init__(self, language: str, terms: Iterable[Term]) -> None:
        self.is_spaced = language not in UNSPACED
        self._valences = {
            " ".join(self._units(term.text)) if self.is_spaced else term.text: term.valence for term in terms
        }
        lengths: dict[str, set[int]] = {}
        for text in self._valences:
            units = text.split(" ") if self.is_spaced else text
            lengths.setdefault(units[0], set()).add(len(units))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def score(self, text: str) -> float:
        """Return from -1 (all terms are negative) to 1, and 0 where there are none.

        (positive - negative) / (positive + negative + 1), of the sums of valences: the one in the denominator keeps a
        single mild word from speaking for the text.
        """
        positive = negative = 0.0
        is_negated = False
        units = self._units(text)
        position, end = 0, len(units)
        while position < end:
            term, length = self._term_at(units, position)
            position += length
            if term is None:
                is_negated = is_negated and units[position - 1] not in _CLAUSE_END
                continue
            valence = self._valences[term]
            if valence is None:
                is_negated = True
            elif valence:
                weight = valence * NEGATED if is_negated else valence
                positive += max(weight, 0)
                negative -= min(weight, 0)
                is_negated = False
        return (positive - negative) / (positive + negative + 1)

    def _term_at(self, units: Sequence[str], position: int) -> tuple[str | None, int]:
        for length in self._lengths.get(units[position], ()):
            found = units[position : position + length]
            term = found if isinstance(found, str) else " ".join(found)
            if term in self._valences:
                return term, length
        return None, 1

    def _units(self, text: str) -> Sequence[str]:
        lowered = text.lower()
        return _UNITS.findall(lowered.replace("’", "'")) if self.is_spaced else lowered
