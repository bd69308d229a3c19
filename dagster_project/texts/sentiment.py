"""The sentiment of a text in a supported language, by the method that measured best for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dagster_project.texts.english.model import sentiment_of
from dagster_project.texts.lexicon import Lexicon, Term

# As wide as VADER's customary band.
NEUTRAL_BAND = 0.05


class Classifier:
    """English by its model, every other language that has terms by its lexicon, the rest not at all."""

    def __init__(self, terms: Iterable[Mapping[str, str | None]]) -> None:
        """Take the rows of seeds/sentiment_terms.csv: language, term, role (term or negation), valence."""
        by_language: dict[str, list[Term]] = {}
        for row in terms:
            valence = float(row["valence"] or 0) if row["role"] == "term" else None
            by_language.setdefault(str(row["language"]), []).append(Term(str(row["term"]).lower(), valence))
        self._lexicons = {language: Lexicon(language, found) for language, found in by_language.items()}

    def sentiment_of(self, text: str, language: str | None) -> tuple[str | None, float | None]:
        """Return positive, neutral or negative, and a score from -1 to 1; None and None where nothing may be said."""
        lexicon = self._lexicons.get(language or "")
        if lexicon is None:
            return sentiment_of(text) if language == "en" else (None, None)
        score = lexicon.score(text)
        if abs(score) <= NEUTRAL_BAND:
            return "neutral", score
        return ("positive" if score > 0 else "negative"), score
