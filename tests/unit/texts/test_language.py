"""The language of a text is told by its script, its source's tag, or its words, and else not at all."""

from __future__ import annotations

import pytest

from dagster_project.texts.language import languages_of


@pytest.mark.parametrize(
    ("text", "tag", "language"),
    [
        ("我的包裹在哪里？", None, "zh"),
        ("Coffee Machine 什么时候能到货", "en", "zh"),
        ("こんにちは、注文はどこですか", "zh", "ja"),
        ("주문은 어디에 있나요", None, "ko"),
        ("Where is it?", "en_GB", "en"),
        ("Schade.", "de", "de"),
        ("Merci", "fr-CA", "fr"),
        ("Have you seen my parcel?", "zh-CN", "en"),
        ("12:30 !!", "en", None),
        ("🙂", None, None),
    ],
)
def test_script_and_tag_decide_without_a_look_at_the_words(text: str, tag: str | None, language: str | None) -> None:
    assert languages_of([text], [tag]) == [language]


def test_words_decide_where_the_source_says_nothing() -> None:
    texts = ["Wo bleibt denn mein Paket?", "Angry.", "Où est ma commande ?", "Где мой заказ?"]
    assert languages_of(texts, [None] * 4) == ["de", "en", "fr", "ru"]
