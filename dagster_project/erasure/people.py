"""Which landed rows are a person's: those that name them, and those that hang on their tickets, invitations and posts.

Rows are looked at through the mappings, as views `raw.<entity>` that the caller has made; what is found are places of
landed rows, since one of them may describe several entities.
"""

from __future__ import annotations

import duckdb

from dagster_project.contract import ENTITIES, Column, Entity
from dagster_project.erasure.records import digest_of
from dagster_project.quoting import literal
from dagster_project.rewriting import PLACE

# What a row of another entity hangs on, and is about the person where that is the person's.
_HELD_BY_PEOPLE = ("tickets", "survey_invitations", "social_posts")
_LOOKED_AT = "_load_id in (select _load_id from looked_at)"


def customer_columns(entity: Entity) -> list[Column]:
    """Give the columns of an entity that hold a customer's own number."""
    own = entity.key if entity.name == "customers" else ()
    return [it for it in entity.columns.values() if it.name in own or "customers" in it.references]


def stands_as(digest: str) -> str:
    """Give the number under which an erased customer's facts stay together."""
    return f"erased-{digest[:16]}"


def find_people(connection: duckdb.DuckDBPyConnection, key: str, digests: frozenset[str], load_ids: list[str]) -> None:
    """Create the table `person` (source, customer_id, stands_as) of erased customers whom rows of some loads name.

    The table `looked_at` has the load ids from then on.
    """
    connection.execute("create or replace temp table looked_at as select unnest($1) as _load_id", [load_ids])
    named = " union ".join(
        f"select {_source_of(entity)}, trim({column.name}) from raw.{entity.name} "
        f"where {column.name} is not null and {_LOOKED_AT}"
        for entity in ENTITIES.values()
        for column in customer_columns(entity)
    )
    # A loop over customers, not over rows: the keyed digest is made of each once.
    found = [
        (source, customer_id, stands_as(digest))
        for source, customer_id in connection.execute(f"select * from ({named}) order by all").fetchall()
        if (digest := digest_of(key, source, customer_id)) in digests
    ]
    connection.execute("create or replace temp table person (source varchar, customer_id varchar, stands_as varchar)")
    if found:
        connection.executemany("insert into person values (?, ?, ?)", found)


def find_places(connection: duckdb.DuckDBPyConnection, facts: dict[str, str], digests: frozenset[str]) -> None:
    """Create the table `place` of the landed rows of those in `person`, and of what hangs on erased customers' tickets.

    Args:
        connection: where the views `raw.<entity>` and the table `person` are.
        facts: entity → relation of what earlier erasures left of it, where they left anything.
        digests: of all who were erased.
    """
    connection.execute("create or replace temp table held (entity varchar, _source varchar, key varchar)")
    for name in _HELD_BY_PEOPLE:
        entity = ENTITIES[name]
        (own_key,) = entity.key
        connection.execute(
            f"insert into held select distinct {literal(name)}, _source, trim({own_key}) from raw.{name} "
            f"where {_LOOKED_AT} and ({_names_person(entity)})"
        )
        if name in facts:
            erased = ", ".join(literal(stands_as(digest)) for digest in sorted(digests))
            connection.execute(
                f"insert into held select distinct {literal(name)}, _source, trim({own_key}) "
                f"from {facts[name]} where customer_id in ({erased})"
            )
    selects = []
    for entity in ENTITIES.values():
        conditions = [_names_person(entity), *_hangs_on(entity)]
        if entity.name == "customers":
            conditions.append(_SAME_PERSON_WITHOUT_NUMBER)
        selects.append(
            f"select {PLACE} from raw.{entity.name} as row_of_entity where {_LOOKED_AT} and ({' or '.join(conditions)})"
        )
    connection.execute(f"create or replace temp table place as {' union '.join(selects)}")


# A customer's row whose number is missing is quarantined, and still holds the person.
_SAME_PERSON_WITHOUT_NUMBER = """(nullif(trim(customer_id), '') is null and exists (
    select 1 from raw.customers as known join person on known._source = person.source
        and trim(known.customer_id) = person.customer_id
    where known._source = row_of_entity._source
        and (
            lower(trim(known.email)) = lower(trim(row_of_entity.email))
            or trim(known.phone) = trim(row_of_entity.phone)
        )
))"""


def _source_of(entity: Entity) -> str:
    return "_source" if entity.name == "customers" else "_customers_source"


def _names_person(entity: Entity) -> str:
    conditions = []
    for column in customer_columns(entity):
        known = f"({_source_of(entity)}, trim({column.name})) in (select source, customer_id from person)"
        if len(column.references) > 1:
            # The number may be an agent's; the row says so.
            known += " and lower(coalesce(actor_type, 'customer')) = 'customer'"
        conditions.append(f"({known})")
    return " or ".join(conditions) or "false"


def _hangs_on(entity: Entity) -> list[str]:
    return [
        f"(_{parent}_source, trim({column.name})) in (select _source, key from held where entity = {literal(parent)})"
        for column in entity.columns.values()
        for parent in column.references
        # A ticket that follows up or was merged into the person's may be somebody else's.
        if parent in _HELD_BY_PEOPLE and (parent, entity.name) != ("tickets", "tickets")
    ]
