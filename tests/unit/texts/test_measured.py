"""What docs/text.md promises of sentiment, on the labelled sets beside the project."""

from __future__ import annotations

import pytest

from tests.sentiment import FOLDER, measure, read_set, shipped, vader

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason=f"{FOLDER}: the labelled sets are not here")


def test_english_beats_vader_by_ten_points_on_texts_that_nobody_looked_at() -> None:
    texts = [it for it in read_set("en") if it.is_held_out]
    assert measure(shipped("en"), texts).macro_f1 >= measure(vader(), texts).macro_f1 + 0.10


def test_chinese_reaches_four_fifths_on_texts_that_nobody_looked_at() -> None:
    texts = [it for it in read_set("zh") if it.is_held_out]
    assert measure(shipped("zh"), texts).macro_f1 >= 0.80
