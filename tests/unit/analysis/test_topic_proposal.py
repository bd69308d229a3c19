"""Themes that no rule covers are proposed by their terms, the same from run to run, and nobody is named."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from dagster_project.analysis.topic_proposal import FEWEST_TEXTS, analyse

PARKING = ["The parking lot was full on day {n}.", "No space in your parking lot again, {n}!", "parking lot closed {n}"]
MUSIC = ["The music in the shop is loud, {n}.", "Loud music again, {n} times", "turn the loud music down {n}"]


def texts(count: int, language: str = "en") -> pd.DataFrame:
    rows = [
        {
            "language": language,
            "text": (PARKING if n % 3 else MUSIC)[n % 2].format(n=1000 + n) + f" Yours, Name{n} me{n}@mail.example",
            "polarity": -1 if n % 3 else 1,
            "occurred_on": date(2026, 1, 1 + n % 20),
        }
        for n in range(count)
    ]
    return pd.DataFrame(rows, columns=["language", "text", "polarity", "occurred_on"])


def test_each_theme_is_proposed_with_its_size_and_mood_the_largest_first() -> None:
    found = analyse(texts(90))["topic_proposal"]
    assert list(found["proposal_number"]) == list(range(1, len(found) + 1))
    assert found["texts"].is_monotonic_decreasing
    parking = found[found["terms"].str.contains("parking")]
    music = found[found["terms"].str.contains("music")]
    assert parking["texts"].sum() == 60
    assert music["texts"].sum() == 30
    assert set(parking["net_sentiment"]) == {-100}
    assert set(music["net_sentiment"]) == {100}
    assert found["share_of_uncovered"].sum() == pytest.approx(1)


def test_terms_name_nobody_and_hold_no_number() -> None:
    terms = " ".join(analyse(texts(90))["topic_proposal"]["terms"])
    assert not any(character.isdigit() or character == "@" for character in terms)
    assert "name" not in terms


def test_the_same_texts_give_the_same_proposals() -> None:
    pd.testing.assert_frame_equal(*(analyse(texts(90))["topic_proposal"] for _ in range(2)))


def test_few_texts_are_no_theme_and_texts_without_common_words_have_none() -> None:
    assert analyse(texts(FEWEST_TEXTS - 1))["topic_proposal"].empty
    assert analyse(texts(0))["topic_proposal"].empty
    unlike = pd.DataFrame(
        [{"language": "en", "text": f"w{chr(97 + n % 26) * (n + 3)}", "polarity": None, "occurred_on": date(2026, 1, 1)}
         for n in range(FEWEST_TEXTS)]
    )  # fmt: skip
    assert analyse(unlike)["topic_proposal"].empty


def test_chinese_is_cut_into_words() -> None:
    chinese = pd.DataFrame(
        [
            {"language": "zh", "text": f"停车场太小了{n}", "polarity": -1, "occurred_on": date(2026, 1, 1)}
            for n in range(60)
        ]
    )
    assert "停车场" in " ".join(analyse(chinese)["topic_proposal"]["terms"])
