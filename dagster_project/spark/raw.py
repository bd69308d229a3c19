"""The views `raw.<entity>` on Spark: the SQL of dagster_project/raw.py, translated with sqlglot.

They are global temporary views, which Spark keeps in a database of a settled name (session.py says `raw`): unlike
others they can be made of a list of files, and a file that is missing is an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import sqlglot
from pyspark.errors import AnalysisException, ParseException
from sqlglot import exp

from dagster_project.config import Settings
from dagster_project.contract import ENTITIES
from dagster_project.landing import LINEAGE, Part
from dagster_project.mapping import MappingError, check_stream
from dagster_project.quoting import identifier
from dagster_project.raw import NOTHING_NOT_SELECTED, Streams, accounts, count_not_selected, mapped_rows, no_rows
from dagster_project.spark.instant_format import FormatError
from dagster_project.spark.translation import translated

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_LINEAGE_TYPES = {"_extracted_at": "timestamp_ntz", "_position": "bigint"}


def create_raw_views(spark: SparkSession, settings: Settings, streams: Streams) -> list[str]:
    """Do what `dagster_project.raw.create_raw_views` does, in a Spark session."""
    warnings: list[str] = []
    not_selected = [spark.sql(translated(NOTHING_NOT_SELECTED))]
    landed = {key: _landed(spark, index, parts) for index, (key, parts) in enumerate(streams.items())}
    for entity in ENTITIES.values():
        rows = spark.sql(translated(no_rows(entity)))
        facts: dict[str, None] = {}
        for source in settings.sources:
            for index, mapping in enumerate(source.entities.get(entity.name, [])):
                key = source.name, mapping.from_
                where = f"source {source.name}, entity {entity.name}, from {mapping.from_}"
                warnings += check_stream(mapping, streams[key], where=where)
                select = mapped_rows(settings, source, entity, index, landed[key])
                rows = rows.unionByName(_frame(spark, select, where))
                facts.update({str(part.facts[entity.name]): None for part in streams[key] if entity.name in part.facts})
                if mapping.where:
                    count = count_not_selected(source, entity, index, landed[key])
                    not_selected.append(spark.sql(translated(count)))
        if facts:
            rows = rows.unionByName(spark.read.option("mergeSchema", True).parquet(*facts), allowMissingColumns=True)
        rows.createOrReplaceGlobalTempView(entity.name)
    for name, (columns, tuples) in accounts(settings, streams).items():
        spark.createDataFrame(tuples, columns).createOrReplaceGlobalTempView(name)
    _united(not_selected).createOrReplaceGlobalTempView("not_selected")
    return warnings


def _landed(spark: SparkSession, index: int, parts: Sequence[Part]) -> str:
    """Make a view of the parts of a stream, whose columns may differ; return its name."""
    names = dict.fromkeys([*LINEAGE, *(column for part in parts for column in part.columns)])
    schema = ", ".join(f"`{name.replace('`', '``')}` {_LINEAGE_TYPES.get(name, 'string')}" for name in names)
    view = f"landed_{index}"
    spark.read.schema(schema).parquet(*(str(part.path) for part in parts)).createOrReplaceTempView(view)
    return identifier(view)


def _frame(spark: SparkSession, select: str, where: str) -> DataFrame:
    try:
        frame = spark.sql(translated(select))
    except (AnalysisException, ParseException, FormatError) as error:
        raise MappingError(f"{where}: an expression cannot be used on Spark: {str(error).splitlines()[0]}") from None
    if exp.Explode.__name__ in {type(node).__name__ for node in sqlglot.parse_one(select, dialect="duckdb").walk()}:
        raise MappingError(
            f"{where}: an expression makes several rows of one, as unnest does; "
            "map the entity several times, once for each of its rows"
        )
    return frame


def _united(frames: Sequence[DataFrame]) -> DataFrame:
    first, *others = frames
    for other in others:
        first = first.unionByName(other)
    return first
