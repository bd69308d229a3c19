"""Each text is read once, again when what reads it changes, and forgotten when it is gone."""

from __future__ import annotations

import duckdb
import pytest

from dagster_project.texts import store

TERMS = [("zh", "好", "term", 2.0), ("zh", "差", "term", -2.0)]
TEXTS = [
    ("a", "zh", "服务很好吗？"),
    ("b", "zh", "质量差，快递慢"),
    ("b", "zh", "质量差，快递慢"),
    ("c", "de", "Schade"),
]


@pytest.fixture
def build() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for schema in ("personal", "seed"):
        connection.execute(f"create schema {schema}")
    connection.execute("create table personal.texts (text_hash varchar, tagged_language varchar, text varchar)")
    connection.executemany("insert into personal.texts values (?, ?, ?)", TEXTS)
    connection.execute(
        "create table seed.sentiment_terms (language varchar, term varchar, role varchar, valence double)"
    )
    connection.executemany("insert into seed.sentiment_terms values (?, ?, ?, ?)", TERMS)
    connection.execute("create table seed.topic_rules (language varchar, topic varchar, phrase varchar)")
    connection.executemany(
        "insert into seed.topic_rules values (?, ?, ?)", [("zh", "delivery", "快递"), ("zh", "quality", "质量")]
    )
    return connection


def classes(build: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return build.execute(
        "select text_hash, language, sentiment, asks_for_answer from texts.text_class order by all"
    ).fetchall()


def test_a_text_has_its_class_and_its_topics_once(build: duckdb.DuckDBPyConnection) -> None:
    assert store.read_texts(build) == (3, 3, 2)
    assert classes(build) == [
        ("a", "zh", "positive", True),
        ("b", "zh", "negative", False),
        ("c", "de", None, False),
    ]
    assert build.execute("from texts.text_topic order by all").fetchall() == [("b", "delivery"), ("b", "quality")]


def test_what_was_read_is_not_read_again_and_what_is_gone_is_forgotten(build: duckdb.DuckDBPyConnection) -> None:
    store.read_texts(build)
    build.execute("delete from personal.texts where text_hash = 'b'")
    build.execute("insert into personal.texts values ('d', 'zh', '快递到了')")
    assert store.read_texts(build) == (1, 3, 1)
    assert [row[0] for row in classes(build)] == ["a", "c", "d"]
    assert build.execute("from texts.text_topic").fetchall() == [("d", "delivery")]


def test_a_changed_lexicon_or_rule_reads_everything_anew(build: duckdb.DuckDBPyConnection) -> None:
    store.read_texts(build)
    build.execute("insert into seed.sentiment_terms values ('de', 'schade', 'term', -1)")
    assert store.read_texts(build).read == 3
    assert classes(build)[2] == ("c", "de", "negative", False)
    build.execute("delete from seed.topic_rules where topic = 'quality'")
    assert store.read_texts(build) == (3, 3, 1)


def test_batches_change_nothing(build: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    store.read_texts(build)
    whole = classes(build)
    build.execute("delete from texts.text_class")
    monkeypatch.setattr(store, "BATCH_ROWS", 1)
    assert store.read_texts(build).read == 3
    assert classes(build) == whole
