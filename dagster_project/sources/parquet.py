"""Apache Parquet as a source: every value cast to text.

Instants become ISO 8601, with an offset where the type is bound to UTC; nested values become JSON.
"""

from __future__ import annotations

import glob
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from dagster_project.quoting import literal
from dagster_project.sources.errors import SourceError
from dagster_project.sources.parts import Outcome, Target, usable_names


def land(path: Path, target: Target) -> Outcome:
    """Write the part of a Parquet file.

    Raises:
        SourceError: the file is not Parquet, is damaged, or has bytes that are not UTF-8 text.
    """
    try:
        with pq.ParquetFile(path) as file:
            counted = file.metadata.num_rows
            columns = usable_names(file.schema_arrow.names)
        target.check(columns)
        aliases = [f"c{index}" for index in range(len(columns))]
        relation = f"read_parquet({literal(glob.escape(str(path)))}) as t({', '.join(aliases)})"
        described = target.connection.execute(f"describe select * from {relation}").fetchall()
        values = [_as_text(name, data_type) for name, data_type, *_ in described]
        rows = target.copy(columns, values, position="row_number() over ()", relation=relation)
    except (pa.ArrowException, duckdb.Error, OSError) as error:
        raise SourceError(
            f"cannot be read as Parquet: {str(error).splitlines()[0]}; check the file's `format`, or export it again"
        ) from None
    return Outcome(columns, rows, 0, counted)


def _as_text(column: str, data_type: str) -> str:
    if data_type.endswith("]") or data_type.startswith(("STRUCT", "MAP", "UNION", "VARIANT")):
        return f"cast(to_json({column}) as varchar)"
    if data_type == "BLOB":
        return f"decode({column})"
    if data_type in ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"):
        return f"replace(cast({column} at time zone 'UTC' as varchar), ' ', 'T') || '+00:00'"
    if data_type.startswith("TIMESTAMP"):
        return f"replace(cast({column} as varchar), ' ', 'T')"
    return f"cast({column} as varchar)"
