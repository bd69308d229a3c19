"""Tables of the build, brought one by one into a file that may hold them already as they were.

What belongs here: which tables of such a file stay, and how one comes to hold what the build's does.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from dagster_project.quoting import identifier, literal
from dagster_project.transaction import transaction
from dagster_project.warehouse.records import TableFigures
from dagster_project.warehouse.relations import Relation, published_relations
from dagster_project.warehouse.rows import replace_rows

# Sorting whole rows makes marts the same whatever the build's parallelism did. For ten million rows it would take
# three times as long as copying and undo the order that makes them compress and prune well.
SORTED_UP_TO_ROWS = 200_000


def drop_outdated(
    connection: duckdb.DuckDBPyConnection,
    target: str,
    built: Mapping[Relation, TableFigures],
    before: Mapping[str, TableFigures],
) -> dict[Relation, Relation]:
    """Drop the tables of a file that differ from what is built, unless their rows may be replaced.

    Args:
        connection: with the file attached.
        target: its name there.
        built: what the tables of the build hold.
        before: what the tables of the file hold, by schema.table.

    Returns:
        The tables that stay: the build's, and the file's.
    """
    present = {str(relation): relation for relation in published_relations(connection, target)}
    kept = {
        relation: present[str(relation)]
        for relation, figures in built.items()
        if str(relation) in before
        and _types(present[str(relation)]) == _types(relation)
        and (before[str(relation)] == figures or (figures.rows > SORTED_UP_TO_ROWS and not relation.is_view))
    }
    with transaction(connection):
        for relation in set(present.values()) - set(kept.values()):
            connection.execute(f"drop table {relation.within(target)}")
    # Only then are their blocks free for what is written next: the file would grow by them.
    connection.execute(f"checkpoint {target}")
    return kept


def bring_table(
    connection: duckdb.DuckDBPyConnection,
    relation: Relation,
    present: Relation | None,
    *,
    source: str,
    target: str,
    before: TableFigures | None,
    after: TableFigures,
) -> None:
    """Make a file hold a table or view of the build as a table, with its comments, without keys and indexes.

    Args:
        connection: with build and file attached.
        relation: the build's.
        present: the file's, if `drop_outdated` left it.
        source: the build's name.
        target: the file's name.
        before: what the file's holds, if it is there.
        after: what the build's holds.
    """
    if before != after and not (
        before and replace_rows(connection, relation, source=source, target=target, before=before, after=after)
    ):
        present = None
    # Together, for each of a thousand comments would be written to the log by itself: half a second.
    with transaction(connection):
        if present is None:
            order = "order by all" if after.rows <= SORTED_UP_TO_ROWS else ""
            connection.execute(
                f"create or replace table {relation.within(target)} as select * from {relation.within(source)} {order}"
            )
        for statement in _comments(relation, present, relation.within(target)):
            connection.execute(statement)


def _types(relation: Relation) -> list[tuple[str, str]]:
    return [(column.name, column.data_type) for column in relation.columns]


def _comments(relation: Relation, present: Relation | None, target: str) -> list[str]:
    """Write, as SQL, the comments that are not there yet."""
    there = {column.name: column.comment for column in present.columns} if present else {}
    comments = {f"table {target}": (relation.comment, present.comment if present else None)}
    for column in relation.columns:
        comments[f"column {target}.{identifier(column.name)}"] = (column.comment, there.get(column.name))
    return [
        f"comment on {what} is {'null' if comment is None else literal(comment)}"
        for what, (comment, found) in comments.items()
        if comment != found
    ]
