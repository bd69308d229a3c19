"""Read texts: language, sentiment and topics of what customers wrote, between the gate of what landed and the facts."""

from collections.abc import Iterator

import dagster as dg

from dagster_project.defs.resources import RunResource
from dagster_project.defs.transform import MANIFEST, translator

TABLES = {
    key.path[-1]: (key, source["description"])
    for source in MANIFEST["sources"].values()
    if (key := translator.get_asset_key(source)).path[0] == "texts"
}
_READS = [
    dg.AssetKey(["personal", "texts"]),
    *(dg.AssetKey(["seed", seed]) for seed in ("sentiment_terms", "topic_rules")),
    # Which the gate of what landed stands behind.
    *(
        dg.AssetKey(["staging", f"stg_{entity}"])
        for entity in ("social_posts", "survey_responses", "ticket_events", "tickets", "employee_feedback")
    ),
]


@dg.multi_asset(
    name="read_texts",
    specs=[
        dg.AssetSpec(
            key,
            deps=_READS,
            description=description,
            group_name="texts",
            owners=["service-analytics@example.com"],
            kinds={"python", "duckdb"},
        )
        for key, description in TABLES.values()
    ],
)
def read_texts(careloop: RunResource) -> Iterator[dg.MaterializeResult[None]]:
    """Read what is new among the texts, each text once."""
    run = careloop.run
    with run.stage("read texts"):
        counts = run.engine.read_texts()
    for table, rows in (("text_class", counts.texts), ("text_topic", counts.topics)):
        yield dg.MaterializeResult(
            asset_key=TABLES[table][0], metadata={"dagster/row_count": rows, "texts_read_now": counts.read}
        )


@dg.definitions
def texts() -> dg.Definitions:
    """Offer what is read out of texts."""
    return dg.Definitions(assets=[read_texts])
