"""What the pages know: one query a dataset, run on the version that is about to be published.

What belongs here: running `sql/<dataset>.sql`, over marts and over what `sql/facts/` makes of facts, and turning rows
into columns, which are smaller as JSON. A dataset whose tables are not in the version (a warehouse without that
analysis) is empty: its section says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb
    import pyarrow as pa

SQL = Path(__file__).with_name("sql")
# The page's copy of the cube is bounded by these, tried in turn: values of each dimension that filters name.
MOST_VALUES = (12, 8, 5, 3)
_READ = re.compile(r"\b(?:core|kpi|analysis|quality|temp)\.\w+")


class ReportError(Exception):
    """A page cannot be made; the message names the section or dataset."""


@dataclass(frozen=True)
class Dataset:
    """Columns by name, all of one length; instants and dates as ISO text."""

    columns: dict[str, list[Any]]

    @property
    def rows(self) -> int:
        return len(next(iter(self.columns.values()), []))


def fact_queries() -> dict[str, str]:
    """Return the queries that make of facts, which may stand elsewhere, what datasets read as `temp.<name>`."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted((SQL / "facts").glob("*.sql"))}


def aggregate_facts(connection: duckdb.DuckDBPyConnection, answers: Mapping[str, pa.Table]) -> None:
    """Make the tables `temp.<name>`: of answers to `fact_queries` where they are given, else of the version's facts."""
    for name, sql in fact_queries().items():
        connection.execute(f"drop table if exists temp.{name}")
        if name in answers:
            connection.register("answer", answers[name])
            connection.execute(f"create temp table {name} as from answer")
            connection.unregister("answer")
        elif not _absent(connection, sql):
            connection.execute(f"create temp table {name} as {sql}")


def name_largest_values(connection: duckdb.DuckDBPyConnection, most: int) -> None:
    """Make the table `largest`, the values of channel, team and segment that filters name, and `named` for the rest."""
    connection.execute("drop table if exists temp.largest")
    if _absent(connection, query("largest")):
        connection.execute("create temp table largest (dimension varchar, value varchar)")
    else:
        connection.execute(f"create temp table largest as {query('largest')}", {"most": most})
    # Of a value that no filter names, the one that stands for all of them.
    connection.execute(
        "create or replace temp macro named(of, it) as case when it in "
        "(select value from largest where dimension = of) then it else '(all others)' end"
    )


def read(connection: duckdb.DuckDBPyConnection, name: str, run: str) -> Dataset:
    """Run one dataset's query.

    Raises:
        ReportError: the query fails; the message names it.
    """
    import duckdb

    sql = query(name)
    if _absent(connection, sql):
        return Dataset({})
    try:
        result = connection.execute(sql, {"run": run} if "$run" in sql else {})
        names = [column[0] for column in result.description or ()]
        rows = result.fetchall()
    except duckdb.Error as error:
        raise ReportError(f"report/sql/{name}.sql: {str(error).splitlines()[0]}") from None
    return Dataset({column: [_plain(row[index]) for row in rows] for index, column in enumerate(names)})


def query(name: str) -> str:
    """Return a dataset's query."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def names() -> list[str]:
    """All datasets there are, in order."""
    return sorted(path.stem for path in SQL.glob("*.sql") if path.stem != "largest")


def tables_read(name: str) -> set[str]:
    """Tables of a version that a dataset's query shows, as schema.table."""
    queries = {f"temp.{fact}": sql for fact, sql in fact_queries().items()}
    tables = _tables(query(name))
    of_facts = {read for fact in tables & queries.keys() for read in _tables(queries[fact])}
    return (tables | of_facts) - queries.keys() - {"core.as_of"}


def _tables(sql: str) -> set[str]:
    code = "\n".join(line for line in sql.splitlines() if not line.lstrip().startswith("--"))
    return set(_READ.findall(code))


def _absent(connection: duckdb.DuckDBPyConnection, sql: str) -> bool:
    there = connection.execute(
        "select if(temporary, 'temp', schema_name) || '.' || table_name from duckdb_tables()"
    ).fetchall()
    return not _tables(sql) <= {name for (name,) in there}


def _plain(value: Any) -> Any:
    """Make a value that JSON knows; six significant digits are more than any page shows."""
    match value:
        case datetime():
            return value.isoformat(sep=" ", timespec="minutes")
        case date():
            return value.isoformat()
        case Decimal():
            return _plain(float(value))
        case float():
            return int(value) if value.is_integer() else float(f"{value:.6g}")
        case _:
            return value
