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
    """Read out what `personal.texts` has new, after the seeds sentiment_terms and topic_rules.

    What the session knows as read is of the same code and seeds, or it would not have been kept (keeping.py).
    """
    terms = _rows(spark, "sentiment_terms")
    rules = _rows(spark, "topic_rules")
    version = version_of(terms, rules)
    texts = spark.sql(
        "select text_hash, any_value(tagged_language) as tagged_language, any_value(text) as text "
        "from personal.texts group by text_hash"
    )
    spark.sql("create schema if not exists texts")
    is_kept = spark.catalog.tableExists("texts.text_class")
    unread = texts.join(spark.table("texts.text_class"), "text_hash", "left_anti") if is_kept else texts

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        classifier = Classifier(terms)
        for batch in batches:
            yield from classified(pa.Table.from_batches([batch]), classifier, version).to_batches()

    schema = (
        "text_hash string, language string, sentiment string, sentiment_score double, "
        "asks_for_answer boolean, version string"
    )
    unread.mapInArrow(read, schema).write.saveAsTable("texts.newly_read")
    newly_read = spark.table("texts.newly_read")
    patterns = topic_patterns(rules)

    def find(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            yield from _topics_of(pa.Table.from_batches([batch]), patterns).to_batches()

    languages = newly_read.select("text_hash", "language")
    found = texts.join(languages, "text_hash").select("text_hash", "language", "text")
    topics = found.mapInArrow(find, "text_hash string, topic string")
    for name, rows in (("texts.text_topic", topics), ("texts.text_class", newly_read)):
        if is_kept:
            rows = rows.unionByName(spark.table(name).join(texts, "text_hash", "left_semi"))
        rows.write.saveAsTable(f"{name}_next")
        spark.sql(f"drop table if exists {name}")
        spark.sql(f"alter table {name}_next rename to {name}")
    read_now = newly_read.count()
    spark.sql("drop table texts.newly_read")
    return Counts(read_now, spark.table("texts.text_class").count(), spark.table("texts.text_topic").count())


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
