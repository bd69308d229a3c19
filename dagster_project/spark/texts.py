"""Reads texts out on Spark, in all its processes: `texts.text_class` and `texts.text_topic`, each distinct text once.

Workers need this package and its language models installed, as docs/scale-out.md says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dagster_project.quoting import literal
from dagster_project.spark.functions import engine
from dagster_project.texts.sentiment import Classifier
from dagster_project.texts.store import Counts, classified, version_of
from dagster_project.texts.topics import topic_patterns

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession


def read_texts(spark: SparkSession) -> Counts:
    """Read out what `personal.texts` holds, after the seeds sentiment_terms and topic_rules."""
    terms = _rows(spark, "sentiment_terms")
    rules = _rows(spark, "topic_rules")
    version = version_of(terms, rules)
    texts = spark.sql(
        "select text_hash, any_value(tagged_language) as tagged_language, any_value(text) as text "
        "from personal.texts group by text_hash"
    )

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        classifier = Classifier(terms)
        for batch in batches:
            yield from classified(pa.Table.from_batches([batch]), classifier, version).to_batches()

    schema = (
        "text_hash string, language string, sentiment string, sentiment_score double, "
        "asks_for_answer boolean, version string"
    )
    spark.sql("create schema if not exists texts")
    texts.mapInArrow(read, schema).write.saveAsTable("texts.text_class", mode="overwrite")
    patterns = topic_patterns(rules)

    def find(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            yield from _topics_of(pa.Table.from_batches([batch]), patterns).to_batches()

    languages = spark.table("texts.text_class").select("text_hash", "language")
    found = texts.join(languages, "text_hash").select("text_hash", "language", "text")
    found.mapInArrow(find, "text_hash string, topic string").write.saveAsTable("texts.text_topic", mode="overwrite")
    texts_read = spark.table("texts.text_class").count()
    return Counts(texts_read, texts_read, spark.table("texts.text_topic").count())


def _topics_of(texts: pa.Table, patterns: Mapping[tuple[str, str], str]) -> pa.Table:
    """Return (text_hash, topic) of every pattern that matches; DuckDB matches, as it does in texts/store.py."""
    searches = (
        f"select text_hash, {literal(topic)} as topic from texts "
        f"where language = {literal(language)} and regexp_matches(text, {literal(pattern)})"
        for (language, topic), pattern in patterns.items()
    )
    engine().register("texts", texts)
    found: pa.Table = engine().sql(" union all ".join(searches)).to_arrow_table()
    return found


def _rows(spark: SparkSession, seed: str) -> list[dict[str, str]]:
    rows = spark.sql(f"select * from seed.{seed} order by all").collect()
    return [{name: "" if value is None else str(value) for name, value in row.asDict().items()} for row in rows]
