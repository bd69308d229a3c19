"""What is published: the schemas that leave the build file, and what stands in them.

What belongs here: the catalog as the candidate, the audit and the exports all see it, and the figures by which two
copies of a table are compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from dagster_project.quoting import identifier, literal

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
    comment: str | None
    columns: tuple[Column, ...]

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"

    def within(self, database: str) -> str:
        """Its name as SQL, in an attached database."""
        return ".".join(map(identifier, (database, self.schema, self.name)))


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
        select schema_name, table_name, comment
        from duckdb_tables() where database_name = {literal(database)} and not internal
        union all
        select schema_name, view_name, comment
        from duckdb_views() where database_name = {literal(database)} and not internal
        order by 1, 2
        """
    ).fetchall()
    return [Relation(schema, name, comment, tuple(columns.get((schema, name), ()))) for schema, name, comment in found]


def published_relations(connection: duckdb.DuckDBPyConnection, database: str) -> list[Relation]:
    """Those of the published schemas."""
    return [relation for relation in relations(connection, database) if relation.schema in PUBLISHED_SCHEMAS]


def rows_and_checksum(connection: duckdb.DuckDBPyConnection, database: str, relation: Relation) -> tuple[int, str]:
    """Row count, and a checksum over every value that does not depend on the order of rows.

    It reads every column whole. Rows that occur twice count twice, which an exclusive or would cancel out. Checksums
    are comparable within one DuckDB version: its hash function may change with the next.
    """
    row = ", ".join(identifier(column.name) for column in relation.columns)
    counted = connection.execute(
        f"select count(*), coalesce(sum(hash({row})), 0)::varchar from {relation.within(database)}"
    ).fetchone()
    assert counted is not None  # an aggregate without groups has one row
    return counted[0], counted[1]
