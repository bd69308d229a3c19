"""A warehouse in memory with the tables that dbt declares and the seeds, for the queries of analyses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import yaml

from dagster_project.config import PROJECT_ROOT

MODELS = PROJECT_ROOT / "dbt_project" / "models"


def declared_warehouse(rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> duckdb.DuckDBPyConnection:
    """Make the tables of core and kpi that `rows` names as "schema.table", and no others.

    Columns that a row does not name are NULL; tables may have no rows. Seeds are there as their owner edits them.
    """
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    for schema in ("core", "kpi", "seed"):
        connection.execute(f"create schema {schema}")
    for path in sorted((PROJECT_ROOT / "seeds").glob("*.csv")):
        connection.execute(f"create view seed.{path.stem} as select * from read_csv('{path}')")
    for table, given in rows.items():
        schema, name = table.split(".")
        (model,) = yaml.safe_load((MODELS / schema / f"{name}.yml").read_text(encoding="utf-8"))["models"]
        columns = ", ".join(f"{it['name']} {it['data_type'].replace('string', 'varchar')}" for it in model["columns"])
        connection.execute(f"create table {table} ({columns})")
        for row in given:
            marks = ", ".join("?" * len(row))
            connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))
    return connection
