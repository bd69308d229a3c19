"""The language of a text, as a BCP 47 tag without region."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lingua import LanguageDetector

_ADDRESSES = re.compile(r"https?://\S+|\S+@\S+|[@#]\w+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_LETTERS = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
# A word of Chinese is one or two characters long, one of English about five.
LATIN_LETTERS_A_HAN_CHARACTER = 4
# Written in Latin letters, and common enough to be met in an inbox; more of them would be told apart more slowly.
LATIN_LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "pl", "sv", "da", "fi", "cs", "tr", "ro", "hu", "id", "vi")
# No other language spells two of these; the words of the rest are weighed by lingua, a hundred times slower.
_ENGLISH_WORDS = frozenset(
    {"the", "and", "is", "it", "my", "to", "of", "you", "was", "not", "have", "this", "that", "for", "with", "are"}
    | {"but", "your", "i'm", "i've", "don't", "it's", "they", "what", "when"}
)
_WORD = re.compile(r"[a-z']+")
_OTHER_SCRIPTS = {"ar", "bg", "el", "fa", "he", "hi", "ja", "ko", "ru", "th", "uk", "zh"}


def languages_of(texts: Sequence[str], tags: Sequence[str | None]) -> list[str | None]:
    """Tell the language of each text.

    The script decides what it can; of the many languages in Latin letters the source's own tag is believed, and where
    there is none the words decide (lingua).

    Args:
        texts: what was written.
        tags: the BCP 47 tag that the source gave each of them, if any.

    Returns:
        Tags without region; None where nothing tells.
    """
    found = [_by_script_or_tag(text, tag) for text, tag in zip(texts, tags, strict=True)]
    open_ones = [index for index, language in enumerate(found) if language == ""]
    for index, language in zip(open_ones, _by_words([texts[index] for index in open_ones]), strict=True):
        found[index] = language
    return [language or None for language in found]


def _by_script_or_tag(text: str, tag: str | None) -> str | None:
    """Return a language, None where there are no letters, or '' where the words must decide."""
    primary = (tag or "").replace("_", "-").split("-")[0].lower()
    if text.isascii():
        return _latin(text, primary) if any(map(str.isalpha, text)) else None
    if _KANA.search(text):
        return "ja"
    if _HANGUL.search(text):
        return "ko"
    latin = len(_LATIN.findall(text))
    if len(_HAN.findall(text)) * LATIN_LETTERS_A_HAN_CHARACTER > latin:
        return "zh"
    letters = len(_LETTERS.findall(text))
    if not letters:
        return None
    if 2 * latin < letters:
        return primary if primary in _OTHER_SCRIPTS else ""
    return _latin(text, primary)


def _latin(text: str, primary: str) -> str:
    if primary and primary not in _OTHER_SCRIPTS:
        return primary
    return "en" if len(_ENGLISH_WORDS.intersection(_WORD.findall(text.lower()))) > 1 else ""


def _by_words(texts: Iterable[str]) -> list[str | None]:
    stripped = [_ADDRESSES.sub(" ", text) for text in texts]
    if not stripped:
        return []
    return [
        language.iso_code_639_1.name.lower() if language else None
        for language in _detector().detect_languages_in_parallel_of(stripped)
    ]


@cache
def _detector() -> LanguageDetector:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, code.upper()) for code in sorted({*LATIN_LANGUAGES, *_OTHER_SCRIPTS})]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()
