"""Reads texts out once: `texts.text_class` and `texts.text_topic`, kept from run to run by a hash of the content.

A text is read again when a model, a lexicon or a rule changes, and forgotten when it is gone from `personal.texts`.
With an empty build file (`--full-refresh`) all are read anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dagster_project.quoting import literal
from dagster_project.texts.english.model import WEIGHTS
from dagster_project.texts.language import languages_of
from dagster_project.texts.sentiment import Classifier
from dagster_project.texts.topics import topic_patterns
from dagster_project.transaction import transaction

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

BATCH_ROWS = 10_000  # a million texts never stand in memory at once
SCHEMA = "texts"
_TABLES = {
    "text_class": "text_hash varchar, language varchar, sentiment varchar, sentiment_score double, "
    "asks_for_answer boolean, version varchar",
    "text_topic": "text_hash varchar, topic varchar",
}


class Counts(NamedTuple):
    """What a run did: texts read now, and distinct texts and topics that are known."""

    read: int
    texts: int
    topics: int


def read_texts(connection: duckdb.DuckDBPyConnection) -> Counts:
    """Read what `personal.texts` has new, after the seeds sentiment_terms and topic_rules of the build file."""
    terms = _rows(connection, "select language, term, role, valence from seed.sentiment_terms order by all")
    rules = _rows(connection, "select language, topic, phrase from seed.topic_rules order by all")
    version = version_of(terms, rules)
    with transaction(connection):
        connection.execute(f"create schema if not exists {SCHEMA}")
        for table, columns in _TABLES.items():
            connection.execute(f"create table if not exists {SCHEMA}.{table} ({columns})")
        _forget(connection, version)
        read = _classify(connection, Classifier(terms), version)
        _find_topics(connection, topic_patterns(rules))
        connection.execute("insert into texts.text_class select * from newly_read")
    counts = connection.execute(
        "select (select count(*) from texts.text_class), (select count(*) from texts.text_topic)"
    )
    return Counts(read, *(counts.fetchone() or (0, 0)))


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, str]]:
    result = connection.execute(query)
    names = [column[0] for column in result.description or ()]
    return [
        {name: "" if value is None else str(value) for name, value in zip(names, row, strict=True)}
        for row in result.fetchall()
    ]


def version_of(*seeds: list[dict[str, str]]) -> str:
    """Return what changes when a text would be read otherwise: weights, seeds, or the code of this package."""
    digest = hashlib.sha256(repr(seeds).encode())
    for file in [WEIGHTS, *sorted(Path(__file__).parent.rglob("*.py"))]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _forget(connection: duckdb.DuckDBPyConnection, version: str) -> None:
    connection.execute(
        "delete from texts.text_class where version <> ? or text_hash not in (select text_hash from personal.texts)",
        [version],
    )
    connection.execute("delete from texts.text_topic where text_hash not in (select text_hash from texts.text_class)")


def _classify(connection: duckdb.DuckDBPyConnection, classifier: Classifier, version: str) -> int:
    connection.execute(f"create or replace temp table newly_read ({_TABLES['text_class']})")
    connection.execute(f"""
        create or replace temp table unread as
        select
            row_number() over (order by text_hash) // {BATCH_ROWS} as batch,
            text_hash,
            any_value(tagged_language) as tagged_language,
            any_value(text) as text
        from personal.texts
        where text_hash not in (select text_hash from texts.text_class)
        group by text_hash
        order by batch
    """)
    read = 0
    for (number,) in connection.execute("select distinct batch from unread order by batch").fetchall():
        batch = connection.sql("select * from unread where batch = ?", params=[number]).to_arrow_table()
        connection.register("classified", classified(batch, classifier, version))
        connection.execute("insert into newly_read select * from classified")
        connection.unregister("classified")
        read += batch.num_rows
    return read


def classified(batch: pa.Table, classifier: Classifier, version: str) -> pa.Table:
    import pyarrow as pa

    columns: Mapping[str, list[str]] = batch.to_pydict()
    texts = columns["text"]
    languages = languages_of(texts, columns["tagged_language"])
    # What a model says of a text is Python's business; the engine has no such function.
    found = [classifier.sentiment_of(text, language) for text, language in zip(texts, languages, strict=True)]
    return pa.table(
        {
            "text_hash": columns["text_hash"],
            "language": pa.array(languages, pa.string()),
            "sentiment": pa.array([sentiment for sentiment, _ in found], pa.string()),
            "sentiment_score": pa.array([score for _, score in found], pa.float64()),
            "asks_for_answer": ["?" in text or "？" in text for text in texts],
            "version": [version] * len(texts),
        }
    )


def _find_topics(connection: duckdb.DuckDBPyConnection, patterns: Mapping[tuple[str, str], str]) -> None:
    # Patterns as constants: the engine compiles each of them once instead of once a row.
    for (language, topic), pattern in patterns.items():
        connection.execute(
            f"insert into texts.text_topic select text_hash, {literal(topic)} from newly_read "
            f"join unread using (text_hash) where newly_read.language = {literal(language)} "
            f"and regexp_matches(unread.text, {literal(pattern)})"
        )
