"""Rows of a large table that differ from the build's, replaced where they stand.

What belongs here: finding and replacing them. They are told by their values, not by tickets or days, so that every
table may be renewed like this, and a row that was computed again and came out the same costs nothing.
"""

from __future__ import annotations

import duckdb

from dagster_project.transaction import transaction
from dagster_project.warehouse.records import TableFigures
from dagster_project.warehouse.relations import Relation

# A share of the rows, beyond which writing all of them is as fast, and leaves no deleted ones behind.
MOST_NEW = 0.2


def replace_rows(
    connection: duckdb.DuckDBPyConnection,
    relation: Relation,
    *,
    source: str,
    target: str,
    before: TableFigures,
    after: TableFigures,
) -> bool:
    """Make a table hold what another one holds, by deleting and inserting the rows that differ.

    Args:
        connection: with both databases attached.
        relation: the table, of the same columns in both.
        source: the database that has it as it is to be.
        target: the database in which it is changed.
        before: its figures in `target`.
        after: its figures in `source`.

    Returns:
        Whether it was done. Nothing is where more than a fifth of the rows are new, for then it is to be written anew,
        as it is where a row that occurs several times does so another number of times: every published table has a
        key, so that this is not searched for.
    """
    connection.execute(
        f"""
        create or replace temp table changed_row as
        select gone.position as gone, new.position as new, coalesce(gone.hash, new.hash) as hash
        from (select rowid as position, {relation.hash} as hash from {relation.within(target)}) as gone
        full join (select rowid as position, {relation.hash} as hash from {relation.within(source)}) as new using (hash)
        where gone.hash is null or new.hash is null
        """
    )
    try:
        if not _leads(connection, before, after):
            return False
        with transaction(connection):
            connection.execute(
                f"delete from {relation.within(target)} "
                "where rowid in (select gone from changed_row where gone is not null)"
            )
            connection.execute(
                f"insert into {relation.within(target)} select * from {relation.within(source)} "
                "where rowid in (select new from changed_row where new is not null)"
            )
        return True
    finally:
        connection.execute("drop table changed_row")


def _leads(connection: duckdb.DuckDBPyConnection, before: TableFigures, after: TableFigures) -> bool:
    """Whether the changed rows lead from the figures before to those after, and are few."""
    found = connection.execute(
        """
        select
            count(new),
            count(gone),
            coalesce(sum(hash) filter (new is not null), 0) - coalesce(sum(hash) filter (gone is not null), 0)
        from changed_row
        """
    ).fetchone()
    assert found is not None  # an aggregate without groups has one row
    new, gone, checksum = found
    return bool(
        new <= MOST_NEW * after.rows
        and new - gone == after.rows - before.rows
        and checksum == int(after.checksum) - int(before.checksum)
    )
