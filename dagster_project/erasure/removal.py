"""A batch without the rows of erased people: they are gone from its parts, and what may stay of them lies beside.

What stays is what happened, as the mapping of the day reads it: no column that is personal or free text, and another
number in the place of the customer's, the same in all of a person's facts. A profile and a public post are the person,
or lead to them: nothing of these stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from pathlib import Path

import duckdb

from dagster_project.contract import ENTITIES, Entity
from dagster_project.erasure.people import customer_columns
from dagster_project.landing import REJECTS, Batch
from dagster_project.manifest import ErasedRows, LandedFile
from dagster_project.raw import parquet
from dagster_project.rewriting import Rewriting

ERASED_WHOLE = ("customers", "social_posts")
_SHORTEST_TEXT = 5
_IDENTIFIES = "exists (select 1 from identifying where regexp_matches(text, pattern))"
_NOBODY = ErasedRows(rows=0, facts=0)


def find_identifying_texts(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the table `identifying` (pattern) of what an unparsed line may hold of the people in `person`."""
    personal = [name for name, column in ENTITIES["customers"].columns.items() if column.personal]
    values = " union ".join(
        f"select trim({name}) from raw.customers join person on _source = person.source "
        f"and trim(raw.customers.customer_id) = person.customer_id where length(trim({name})) >= {_SHORTEST_TEXT}"
        for name in personal
    )
    connection.execute(
        "create or replace temp table identifying as "
        f"select regexp_escape(text) as pattern from ({values}) as found (text) union "
        "select '(^|[^A-Za-z0-9])' || regexp_escape(customer_id) || '($|[^A-Za-z0-9])' from person"
    )


def remove_people(rewriting: Rewriting, batch: Batch, in_force: Collection[Path]) -> Counter[str]:
    """Write a batch anew, if it holds something of the people in `person`; returns the rows taken out, by entity.

    Args:
        rewriting: of the batch, over a connection that has the tables `person` and `identifying`.
        batch: the batch.
        in_force: the parts that are read; nobody reads the others any more, and they are emptied.
    """
    taken_out: Counter[str] = Counter()
    for landed in batch.manifest.files:
        if batch.folder / landed.part not in in_force:
            if landed.rows:
                rewriting.describe(landed, rows=rewriting.keep_rest(landed.part, "false"))
        elif rewriting.has_place_in(landed):
            erased = {entity: _remove(rewriting, batch, landed, entity) for entity in rewriting.mappings}
            taken_out.update({entity: it.rows - _before(landed, entity).rows for entity, it in erased.items()})
            rest = rewriting.keep_rest(landed.part)
            rewriting.describe(landed, rows=rest, erased={**landed.erased, **erased})
    if batch.rejects and rewriting.count(parquet([batch.rejects]), _IDENTIFIES):
        masked = f"case when {_IDENTIFIES} then '[erased]' else text end as text"
        rewriting.write(REJECTS, f"select * replace ({masked}) from {parquet([batch.rejects])}")
    rewriting.commit()
    return taken_out


def _before(landed: LandedFile, entity: str) -> ErasedRows:
    return landed.erased.get(entity, _NOBODY)


def _remove(rewriting: Rewriting, batch: Batch, landed: LandedFile, entity: str) -> ErasedRows:
    before = _before(landed, entity)
    chosen = rewriting.rows_of(entity, landed)
    rows = rewriting.count(f"raw.{entity}", chosen)
    facts = 0 if entity in ERASED_WHOLE else rows
    if facts:
        name = landed.facts_file(entity)
        earlier = f" union all by name from {parquet([batch.folder / name])}" if before.facts else ""
        rewriting.write(name, f"{_as_facts(ENTITIES[entity], chosen)}{earlier}")
    return ErasedRows(rows=before.rows + rows, facts=before.facts + facts)


def _as_facts(entity: Entity, chosen: str) -> str:
    replaced = {}
    for column in entity.columns.values():
        if column.personal or column.free_text is True:
            replaced[column.name] = "cast(null as varchar)"
        elif column.free_text:
            replaced[column.name] = f"case when not ({column.free_text}) then {column.name} end"
    for column in customer_columns(entity):
        replaced[column.name] = (
            "coalesce((select any_value(stands_as) from person where person.source = _customers_source "
            f"and person.customer_id = trim({column.name})), {column.name})"
        )
    rows = f"select * from raw.{entity.name} where {chosen}"
    if any(isinstance(column.free_text, str) for column in entity.columns.values()):
        # The condition is over the value as staging spells it.
        spelled = "lower(replace(replace(trim(event_type), ' ', '_'), '-', '_'))"
        rows = f"select * replace ({spelled} as event_type) from ({rows})"
    masked = ", ".join(f"{expression} as {name}" for name, expression in replaced.items())
    return f"select * replace ({masked}) from ({rows})"
