"""The tables of schema `analysis`, read from their one declaration, and writing frames into them.

The declaration is `dbt_project/models/analysis/`, one file a table, which dbt reads as its sources.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.quoting import identifier, literal
from dagster_project.transaction import transaction
from dagster_project.yaml_file import read_declared

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa

SCHEMA = "analysis"
DECLARATIONS = Path(__file__).resolve().parents[2] / "dbt_project" / "models" / SCHEMA


class AnalysisError(Exception):
    """An analysis made something else than its declaration says; the message names table and column."""


@dataclass(frozen=True)
class Column:
    """One column: `data_type` is one of string, double, bigint, boolean, date, timestamp."""

    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class Table:
    """One table: its first sentence says the grain, `key` are the columns that identify a row."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]


def _table(declared: dict[str, Any]) -> Table:
    columns = tuple(Column(it["name"], it["data_type"], it["description"]) for it in declared["columns"])
    return Table(declared["name"], declared["description"], tuple(declared["config"]["meta"]["key"]), columns)


def _load() -> dict[str, Table]:
    tables = [
        _table(table)
        for path in sorted(DECLARATIONS.glob("*.yml"))
        for source in read_declared(path)["sources"]
        for table in source["tables"]
    ]
    return {table.name: table for table in tables}


TABLES: dict[str, Table] = _load()


def write_table(connection: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> int:
    """Make `analysis.<name>` anew from a frame, ordered by its key, with its comments.

    Args:
        connection: to the build file.
        name: of a declared table.
        frame: its columns in any order; missing values are NULLs.

    Returns:
        The number of rows.

    Raises:
        AnalysisError: a column is missing, is not declared, or does not hold the declared type.
    """
    table = TABLES[name]
    made = _as_declared(table, frame)
    target = f"{SCHEMA}.{identifier(name)}"
    with transaction(connection):
        connection.execute(f"create schema if not exists {SCHEMA}")
        connection.register("made", made)
        order = ", ".join(map(identifier, table.key))
        connection.execute(f"create or replace table {target} as select * from made order by {order}")
        connection.unregister("made")
        connection.execute(f"comment on table {target} is {literal(table.description)}")
        for column in table.columns:
            comment = f"comment on column {target}.{identifier(column.name)} is {literal(column.description)}"
            connection.execute(comment)
    return made.num_rows


def _as_declared(table: Table, frame: pd.DataFrame) -> pa.Table:
    import pyarrow as pa

    types: dict[str, pa.DataType] = {
        "string": pa.string(),
        "double": pa.float64(),
        "bigint": pa.int64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
    }
    declared, found = {column.name for column in table.columns}, set(map(str, frame.columns))
    if declared != found:
        missing, unknown = (", ".join(sorted(it)) or "none" for it in (declared - found, found - declared))
        raise AnalysisError(f"{SCHEMA}.{table.name}: missing columns: {missing}; columns not declared: {unknown}")
    arrays = []
    for column in table.columns:
        try:
            arrays.append(pa.array(frame[column.name], type=types[column.data_type], from_pandas=True))
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise AnalysisError(
                f"{SCHEMA}.{table.name}: column {column.name} is declared as {column.data_type}: {error}"
            ) from None
    return pa.Table.from_arrays(arrays, names=[column.name for column in table.columns])
