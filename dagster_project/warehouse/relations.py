"""What is published: the schemas that leave the build file, and what stands in them.

What belongs here: the catalog as the candidate, the audit and the exports all see it, and the figures by which two
copies of a table are compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from dagster_project.quoting import identifier, literal
from dagster_project.warehouse.records import TableFigures

PUBLISHED_SCHEMAS = ("core", "kpi", "analysis", "quality")


@dataclass(frozen=True)
class Column:
    name: str
    data_type: str
    comment: str | None


@dataclass(frozen=True)
class Relation:
    """A table or view of one database file."""

    schema: str
    name: str
    is_view: bool
    comment: str | None
    columns: tuple[Column, ...]

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"

    def within(self, database: str) -> str:
        """Its name as SQL, in an attached database."""
        return ".".join(map(identifier, (database, self.schema, self.name)))

    @property
    def hash(self) -> str:
        """A number over all values of a row as SQL; comparable within one DuckDB version."""
        return f"hash({', '.join(identifier(column.name) for column in self.columns)})"


def relations(connection: duckdb.DuckDBPyConnection, database: str) -> list[Relation]:
    """Every table and view of an attached database, by schema and name."""
    columns: dict[tuple[str, str], list[Column]] = {}
    for schema, name, *column in connection.execute(
        f"""
        select schema_name, table_name, column_name, data_type, comment
        from duckdb_columns() where database_name = {literal(database)} and not internal
        order by column_index
        """
    ).fetchall():
        columns.setdefault((schema, name), []).append(Column(*column))
    found = connection.execute(
        f"""
        select schema_name, table_name, false, comment
        from duckdb_tables() where database_name = {literal(database)} and not internal
        union all
        select schema_name, view_name, true, comment
        from duckdb_views() where database_name = {literal(database)} and not internal
        order by 1, 2
        """
    ).fetchall()
    return [
        Relation(schema, name, is_view, comment, tuple(columns.get((schema, name), ())))
        for schema, name, is_view, comment in found
    ]


def published_relations(connection: duckdb.DuckDBPyConnection, database: str) -> list[Relation]:
    """Those of the published schemas."""
    return [relation for relation in relations(connection, database) if relation.schema in PUBLISHED_SCHEMAS]


def figures_of(connection: duckdb.DuckDBPyConnection, database: str, relation: Relation) -> TableFigures:
    """Count the rows, and add up their hashes, which gives the same for any order of rows.

    It reads every column whole. Rows that occur twice count twice, which an exclusive or would cancel out.
    """
    counted = connection.execute(
        f"select count(*), coalesce(sum({relation.hash}), 0)::varchar from {relation.within(database)}"
    ).fetchone()
    assert counted is not None  # an aggregate without groups has one row
    columns = {column.name: column.data_type for column in relation.columns}
    return TableFigures(table=str(relation), rows=counted[0], checksum=counted[1], columns=columns)
