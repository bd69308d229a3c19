"""What differs between the tables of a run on DuckDB and those of a run on Spark: nothing, but for the last digits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

RELATIVE = 1e-9
# A fit by iteration ends where it is near enough: from figures unlike in the fifteenth digit it comes to ones unlike in
# the ninth.
FITTED, RELATIVE_OF_FITTED = {"kpi_forecast", "kpi_forecast_accuracy"}, 1e-6
# Around zero a difference of two figures has no digits to be relative to.
ABSOLUTE = 1e-12
# All but seeds, and texts, whose tables say when they were read.
SCHEMAS = ("personal", "quality", "intermediate", "core", "kpi", "analysis")
# They say how the runs went; what an incremental build worked out again, tables named …_affected do.
WRITTEN_BY_THE_RUN = {"gate_result", "run"}


def differences(build_file: Path, workspace: Path) -> Iterator[str]:
    """Name each table of DuckDB's build file that a run on Spark did not leave in the workspace, or with other rows."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{build_file}' as built (read_only)")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'built' order by all"
        ).fetchall()
        for schema, table in tables:
            if schema in SCHEMAS and table not in WRITTEN_BY_THE_RUN and not table.endswith("_affected"):
                files = _files(workspace, schema, table)
                if not files:
                    yield f"{schema}.{table}: not written"
                else:
                    here, there = f"built.{schema}.{table}", f"read_parquet({[str(file) for file in files]})"
                    relative = RELATIVE_OF_FITTED if table in FITTED else RELATIVE
                    yield from (f"{schema}.{table}: {it}" for it in _differing(connection, here, there, relative))


def _files(workspace: Path, schema: str, table: str) -> list[Path]:
    """Find what is published, where a table is, else what the build left."""
    exported = workspace / "export" / schema / f"{table}.parquet"
    if exported.is_file():
        return [exported]
    folder = exported if exported.is_dir() else workspace / "spark" / f"{schema}.db" / table
    return sorted(folder.glob("*.parquet"))


def _differing(connection: duckdb.DuckDBPyConnection, here: str, there: str, relative: float) -> Iterator[str]:
    types = dict(row[:2] for row in connection.execute(f"describe {here}").fetchall())
    found = [row[0] for row in connection.execute(f"describe select * from {there}").fetchall()]
    if found != list(types):
        yield f"columns {', '.join(found)}; expected {', '.join(types)}"
        return
    rows = [_count(connection, f"from {relation}") for relation in (here, there)]
    if rows[0] != rows[1]:
        yield f"{rows[1]} rows; expected {rows[0]}"
        return
    figures = [name for name, data_type in types.items() if data_type == "DOUBLE"]
    exact = [name for name in types if name not in figures]
    if exact:
        values = ", ".join(f'cast("{name}" as {types[name]})' for name in exact)
        surplus = _count(connection, f"from (select {values} from {here} except all select {values} from {there})")
        if surplus:
            yield f"{surplus} of {rows[0]} rows have other values than figures"
            return
    # Rows are paired in order of what is exact, then of the figures as far as they are alike.
    order = ", ".join([f'"{name}"' for name in exact] + [f'round("{name}", 6)' for name in figures])
    for name in figures:
        sides = [
            f'(select row_number() over (order by {order}) as number, "{name}" as value from {relation})'
            for relation in (here, there)
        ]
        unlike = (
            "(a.value is null) <> (b.value is null) or abs(a.value - b.value) > "
            f"{ABSOLUTE} + {relative} * greatest(abs(a.value), abs(b.value))"
        )
        unequal = _count(connection, f"from {sides[0]} as a join {sides[1]} as b using (number) where {unlike}")
        if unequal:
            yield f"{unequal} of {rows[0]} rows have another {name}"


def _count(connection: duckdb.DuckDBPyConnection, what: str) -> int:
    (count,) = connection.execute(f"select count(*) {what}").fetchone() or (0,)
    return int(count)
